"""Pages of the stub that do not make up the whole, and links that lead elsewhere."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit

_PAGE = "tests.stub.vendors.questionpro:QuestionPro._written_page"
_ROWS = "self._rows.newest(str(user), origin, total - skipped, min(per_page, total))"


def _rows(first: str = "total - skipped", count: str = "min(per_page, total)") -> tuple[str, str]:
    return _ROWS, f"self._rows.newest(str(user), origin, {first}, {count})"


DEFECTS = [
    Defect(
        "oldest-first",
        "state",
        "stub",
        "A page lists its images oldest first.",
        "plain",
        edit(
            "tests.stub.vendors.image_rows:ImageRows.newest",
            ('b",".join(texts)', 'b",".join(reversed(texts))'),
        ),
    ),
    Defect(
        "total-lags-behind",
        "state",
        "stub",
        "The number of all images does not count the last one.",
        "subtle",
        edit(_PAGE, ('"totalItems": total,', '"totalItems": max(total - 1, 0),')),
    ),
    Defect(
        "last-page-loses-one",
        "pagination",
        "stub",
        "The last of several pages lacks its last image.",
        "subtle",
        edit(
            _PAGE,
            _rows(count="min(per_page, total - skipped - 1 if page == pages > 1 else total)"),
        ),
    ),
    Defect(
        "full-page-loses-one",
        "pagination",
        "stub",
        "A page that is full, and not the last, lacks its last image.",
        "subtle",
        edit(_PAGE, _rows(count="min(per_page, total) - (page < pages)")),
    ),
    Defect(
        "pages-overlap",
        "pagination",
        "stub",
        "From the second page on, the last image of a page is the first of the next.",
        "subtle",
        edit(_PAGE, _rows(first="total - skipped + (page > 1)")),
    ),
    Defect(
        "next-on-last-page",
        "pagination",
        "stub",
        "The last page has a link to a next one.",
        "subtle",
        edit(_PAGE, ("if page < pages else None", "if page <= pages else None")),
    ),
    Defect(
        "next-skips-a-page",
        "pagination",
        "stub",
        "The link to the next page leads to the one after it.",
        "subtle",
        edit(_PAGE, ('"next": link(page + 1)', '"next": link(min(page + 2, pages))')),
    ),
    Defect(
        "prev-is-self",
        "pagination",
        "stub",
        "The link to the page before leads to the page itself.",
        "subtle",
        edit(_PAGE, ("link(min(page - 1, pages))", "link(min(page, pages))")),
    ),
    Defect(
        "last-link-one-short",
        "pagination",
        "stub",
        "The link to the last page leads to the last but one.",
        "subtle",
        edit(_PAGE, ('"last": link(pages)', '"last": link(max(pages - 1, 1))')),
    ),
    Defect(
        "links-lose-page-size",
        "pagination",
        "stub",
        "Links to other pages do not say how large a page was asked for.",
        "subtle",
        edit(_PAGE, ("images?page={number}&perPage={per_page}", "images?page={number}")),
    ),
    Defect(
        "page-size-capped",
        "pagination",
        "stub",
        "No more than 50 images are on a page, whatever is asked for and said.",
        "hidden",
        edit(_PAGE, _rows(count="min(per_page, total, 50)")),
    ),
    Defect(
        "page-size-ignored",
        "pagination",
        "stub",
        "The size that is asked for is passed over above 10, and 100 taken.",
        "subtle",
        edit(
            _PAGE,
            (
                "pages = -(-total // per_page)",
                "per_page = per_page if per_page <= 10 else PER_PAGE\n"
                "        pages = -(-total // per_page)",
            ),
        ),
    ),
    Defect(
        "total-pages-rounded-down",
        "pagination",
        "stub",
        "A last page that is not full is not counted.",
        "subtle",
        edit(
            _PAGE, ("pages = -(-total // per_page)", "pages = total // per_page or min(total, 1)")
        ),
    ),
    Defect(
        "total-pages-one-more",
        "pagination",
        "stub",
        "There is said to be a page more where the last one is full.",
        "subtle",
        edit(_PAGE, ("pages = -(-total // per_page)", "pages = total // per_page + (total > 0)")),
    ),
    Defect(
        "current-page-from-zero",
        "pagination",
        "stub",
        "The number of the page in the answer is counted from 0.",
        "plain",
        edit(_PAGE, ('"currentPage": page,', '"currentPage": page - 1,')),
    ),
    Defect(
        "large-page-fails",
        "limits",
        "stub",
        "The number of a page beyond 2^63 is a 500.",
        "hidden",
        edit(
            _PAGE,
            (
                "skipped = (page - 1) * per_page",
                "skipped = (page - 1) * per_page\n"
                "        self._store.newest_images(self.name, str(user), page, 0)",
            ),
        ),
    ),
]
