"""The stub keeps what it refused, forgets what it accepted, or mixes up whose it is."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, together

DEFECTS = [
    Defect(
        "refused-upload-kept",
        "state",
        "stub",
        "An upload that is answered with 404 for an unknown user is kept all the same.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.upload_image",
            (
                'stored = self.keep(str(_user(call)), call.form.files["file"][0])',
                'stored = self.keep(str(USER), call.form.files["file"][0])\n        _user(call)',
            ),
        ),
    ),
    Defect(
        "stranger-upload-kept",
        "state",
        "stub",
        "An upload by a credential without rights is answered with 403, and kept.",
        "hidden",
        edit(
            "tests.stub.service:Service._answer",
            (
                "key = security.check(operation, headers, query, cookies)\n",
                "refused = None\n"
                "        key = ''\n"
                "        try:\n"
                "            key = security.check(operation, headers, query, cookies)\n"
                "        except Refused as caught:\n"
                "            if caught.reason is not Reason.FORBIDDEN or not operation.media:\n"
                "                raise\n"
                "            refused = caught\n",
            ),
            (
                "return self._act(call, operation, expected, read)",
                "done = self._act(call, operation, expected, read)\n"
                "            if refused is not None:\n"
                "                raise refused\n"
                "            return done",
            ),
        ),
    ),
    Defect(
        "wrong-type-upload-kept",
        "state",
        "stub",
        "An upload whose bytes are not of the stated type is refused, and kept.",
        "hidden",
        edit(
            "tests.stub.service:Service._act",
            (
                "call.body = body.decode(expected, read, self._schemas)",
                "try:\n"
                "            call.body = body.decode(expected, read, self._schemas)\n"
                "        except Refused as refused:\n"
                "            if refused.reason is Reason.MISMATCH and isinstance(read, list):\n"
                "                for part in read:\n"
                "                    part.content_type = None\n"
                "                call.body = body.decode(expected, read, self._schemas)\n"
                "                self._handlers[operation.id](call)\n"
                "            raise",
            ),
        ),
    ),
    Defect(
        "upload-kept-twice",
        "state",
        "stub",
        "An image that was uploaded once is in the list twice.",
        "plain",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.upload_image",
            (
                'stored = self.keep(str(_user(call)), call.form.files["file"][0])',
                'stored = self.keep(str(_user(call)), call.form.files["file"][0])\n'
                '        self.keep(None, call.form.files["file"][0])',
            ),
        ),
    ),
    Defect(
        "upload-known-bytes-dropped",
        "state",
        "stub",
        "The second upload of the same bytes is answered with the first image.",
        "subtle",
        edit(
            "tests.stub.state.store:Store.add_image",
            (
                "position = self._last_position(vendor, new.owner) + 1",
                "known = self.images(vendor=vendor, sha256=digest.hexdigest())\n"
                "            if known:\n"
                "                return known[0]\n"
                "            position = self._last_position(vendor, new.owner) + 1",
            ),
        ),
    ),
    Defect(
        "second-upload-overwrites",
        "state",
        "stub",
        "The second upload under a file name takes the address of the first.",
        "subtle",
        together(
            edit(
                "tests.stub.vendors.questionpro:QuestionPro.keep",
                ("if draft.taken(path):", "if not draft.number:"),
            ),
            edit(
                "tests.stub.state.store:Store.add_image",
                (
                    '"INSERT INTO address VALUES (?, ?)"',
                    '"INSERT OR REPLACE INTO address VALUES (?, ?)"',
                ),
            ),
        ),
    ),
    Defect(
        "list-of-everybody",
        "state",
        "stub",
        "The list of any user, known or not, is that of the one user.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.list_images",
            ("user = _user(call)", "user = USER"),
        ),
    ),
    Defect(
        "unknown-user-has-empty-list",
        "state",
        "stub",
        "The list of an unknown user is empty instead of 404.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.list_images",
            ("user = _user(call)", 'user = _number(call.parameters["user-id"])'),
        ),
    ),
    Defect(
        "any-environment",
        "state",
        "stub",
        "An upload into an unknown environment is accepted.",
        "subtle",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            ("if environment != ENVIRONMENT:", "if not environment:"),
            ("self.keep(environment,", "self.keep(None,"),
        ),
    ),
    Defect(
        "any-survey",
        "state",
        "stub",
        "A response to an unknown survey is accepted.",
        "subtle",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.create_response",
            ('if call.parameters["survey-id"] != survey.id:', "if not survey:"),
        ),
    ),
    Defect(
        "response-of-another",
        "state",
        "stub",
        "A response is stored with the language of the one before it.",
        "hidden",
        edit(
            "tests.stub.vendors.questionpro:QuestionPro.create_response",
            (
                'answers = survey.answers(given["responseSet"])',
                'answers = survey.answers(given["responseSet"])\n'
                "        before = self.__dict__.get('_language', given.get('language'))\n"
                "        self.__dict__['_language'] = given.get('language')\n"
                "        if 'language' in given and before is not None:\n"
                "            given = {**given, 'language': before}",
            ),
        ),
    ),
    Defect(
        "rows-survive-reset",
        "state",
        "stub",
        "After a reset the list shows images from before it.",
        "hidden",
        edit(
            "tests.stub.vendors.image_rows:ImageRows.newest",
            ("epoch = self._store.epoch", "epoch = 0"),
        ),
    ),
    Defect(
        "image-id-given-twice",
        "state",
        "stub",
        "Every tenth image gets the id of the one before it.",
        "hidden",
        together(
            edit(
                "tests.stub.vendors.questionpro:_image",
                (
                    '"imageID": int(image.id)',
                    '"imageID": int(image.id) - (int(image.id) % 10 == 0)',
                ),
            ),
        ),
    ),
    Defect(
        "response-ids-start-anew",
        "state",
        "stub",
        "Ids of responses start anew when the stub is started again on its database.",
        "hidden",
        edit(
            "tests.stub.state.store:Store.add_response",
            (
                "number = self._responses.last(vendor) + 1\n",
                'number = self.__dict__["_made"] = self.__dict__.get("_made", 0) + 1\n',
            ),
        ),
    ),
    Defect(
        "addresses-lost-at-start",
        "state",
        "stub",
        "After a start on an existing database, images are listed but no longer served.",
        "hidden",
        edit(
            "tests.stub.state.store:Store._prepare",
            (
                'self._db.execute("BEGIN IMMEDIATE")\n            self._db.execute("ROLLBACK")',
                'self._db.execute("DELETE FROM address")',
            ),
        ),
    ),
    Defect(
        "last-upload-lost-at-stop",
        "state",
        "stub",
        "The last image is not in the database any more when the stub is started again.",
        "hidden",
        edit(
            "tests.stub.state.store:Store.close",
            (
                "self._db.close()",
                "for table in ('address', 'content', 'image'):\n"
                "                self._db.execute(\n"
                "                    f'DELETE FROM {table} WHERE seq ='\n"
                "                    ' (SELECT max(seq) FROM content)'\n"
                "                )\n"
                "            self._db.close()",
            ),
        ),
    ),
    Defect(
        "bodies-mixed-up",
        "races",
        "stub",
        "Of two requests at the same time, one is processed with the body of the other.",
        "hidden",
        edit(
            "tests.stub.service:Service._answer",
            (
                "read = await body.read(expected, pieces, spools)\n",
                "self.__dict__['_read'] = await body.read(expected, pieces, spools)\n"
                "            await run_in_threadpool(int)\n"
                "            read = self.__dict__['_read']\n",
            ),
        ),
    ),
    Defect(
        "counter-without-lock",
        "races",
        "stub",
        "Two responses at the same time get one id.",
        "hidden",
        together(
            edit(
                "tests.stub.service:Service._answer",
                ("if size > _INLINE or not self._store.in_memory:", "if size >= 0:"),
            ),
            edit(
                "tests.stub.state.store:Store.add_response",
                (
                    "with self._lock, self._single():\n"
                    "            number = self._responses.last(vendor) + 1\n",
                    'made = self.__dict__.setdefault("_made", [])\n'
                    "        number = len(made) + 1\n"
                    "        import time\n\n"
                    "        time.sleep(0.002)\n"
                    "        made.append(number)\n"
                    "        with self._lock, self._single():\n",
                ),
            ),
        ),
    ),
    Defect(
        "totals-without-lock",
        "races",
        "stub",
        "Of two uploads at the same time, one is not in the list.",
        "hidden",
        together(
            edit(
                "tests.stub.service:Service._answer",
                ("if size > _INLINE or not self._store.in_memory:", "if size >= 0:"),
            ),
            edit(
                "tests.stub.vendors.questionpro:QuestionPro.upload_image",
                (
                    'stored = self.keep(str(_user(call)), call.form.files["file"][0])\n',
                    "import time\n\n"
                    "        made = self.__dict__.setdefault('_made', {})\n"
                    "        lost = self.__dict__.setdefault('_lost', {})\n"
                    "        epoch = self._store.epoch\n"
                    "        before = made.get(epoch, 0)\n"
                    "        time.sleep(0.002)\n"
                    '        stored = self.keep(str(_user(call)), call.form.files["file"][0])\n'
                    "        if made.get(epoch, 0) != before:\n"
                    "            lost[epoch] = lost.get(epoch, 0) + 1\n"
                    "        made[epoch] = made.get(epoch, 0) + 1\n",
                ),
            ),
            edit(
                "tests.stub.vendors.questionpro:QuestionPro.list_images",
                (
                    "self._store.count_images(self.name, str(user)),",
                    "self._store.count_images(self.name, str(user))\n"
                    "            - self.__dict__.get('_lost', {}).get(self._store.epoch, 0),",
                ),
            ),
        ),
    ),
]
