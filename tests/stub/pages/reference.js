"use strict";
// Sends what an operation's form holds to the stub, and shows the answer. The page's own policy lets
// it fetch from the stub alone, and makes markup of no text: all of it goes through textContent.

// encodeURIComponent leaves characters that RFC 3986 reserves.
const escaped = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// A parameter's value as text, by OpenAPI's styles; `put` writes each piece of it.
function serialised(name, value, style, explode, put) {
  const pairs = value !== null && typeof value === "object" && !Array.isArray(value);
  if (pairs && style === "deepObject") {
    return Object.entries(value).map(([key, one]) => `${put(`${name}[${key}]`)}=${put(one)}`).join("&");
  }
  const pieces = pairs
    ? Object.entries(value).map(([key, one]) => put(key) + (explode ? "=" : ",") + put(one))
    : Array.isArray(value) ? value.map(put) : [put(value)];
  const [start, joint, named] = {
    simple: ["", ",", false],
    label: [".", explode ? "." : ",", false],
    matrix: [";", explode ? ";" : ",", true],
    form: ["", explode ? "&" : ",", true],
    spaceDelimited: ["", explode ? "&" : "%20", true],
    pipeDelimited: ["", explode ? "&" : "%7C", true],
  }[style] ?? ["", ",", true];
  const prefix = named && !(pairs && explode) ? `${put(name)}=` : "";
  return start + (explode ? pieces.map((one) => prefix + one).join(joint) : prefix + pieces.join(joint));
}

function parsed(input) {
  try {
    return JSON.parse(input.value);
  } catch (error) {
    throw new Error(`${input.dataset.name ?? input.dataset.part} has to be JSON: ${error.message}`);
  }
}

// What a form asks for: an address of this origin and the options of fetch.
function request(form) {
  let path = form.dataset.path;
  const query = [];
  const headers = new Headers();
  const cookies = [];
  const place = { query: (text) => query.push(text), cookie: (text) => cookies.push(text) };
  for (const input of form.querySelectorAll("[data-in]")) {
    const { name, style, json, in: where } = input.dataset;
    if (where !== "path" && input.value === "") continue;
    const value = json === "parts" ? parsed(input) : input.value;
    const put = where === "header" ? String : escaped;
    const text = serialised(name, value, style, input.dataset.explode === "true", put);
    if (where === "path") path = path.replaceAll(`{${name}}`, () => text);
    else if (where === "header") headers.set(name, text);
    else place[where](text);
  }
  const fault = form.querySelector("[data-fault]").value;
  if (fault) headers.set("X-Stub-Fault", fault);
  const chosen = JSON.parse(form.querySelector("[data-security]")?.value ?? "[]");
  for (const input of form.querySelectorAll("[data-scheme]")) {
    const { scheme, kind, name } = input.dataset;
    if (!chosen.includes(scheme)) continue;
    if (kind === "bearer") headers.set("Authorization", `Bearer ${input.value}`);
    else if (kind === "basic") headers.set("Authorization", `Basic ${btoa(`stub:${input.value}`)}`);
    else if (kind === "header") headers.set(name, input.value);
    else place[kind](`${escaped(name)}=${escaped(input.value)}`);
  }
  const url = new URL(location.origin + path + (query.length ? `?${query.join("&")}` : ""));
  if (url.origin !== location.origin) throw new Error(`${url.origin} is not the stub`);
  const options = { method: form.dataset.method, headers, body: body(form, headers), redirect: "manual" };
  return { url, options, cookies };
}

function body(form, headers) {
  const media = form.querySelector("[data-media]");
  if (!media?.value) return undefined;
  const panel = form.querySelector(`div[data-panel="${media.selectedOptions[0].dataset.panel}"]`);
  const typed = panel.querySelector("[data-text]");
  if (!panel.querySelector("[data-part]")) {
    const file = panel.querySelector("[data-file]")?.files[0];
    const type = typed ? "text/plain" : file?.type || "application/octet-stream";
    headers.set("Content-Type", media.value.includes("*") ? type : media.value);
    return typed ? typed.value : file ?? "";
  }
  const parts = media.value === "multipart/form-data" ? new FormData() : new URLSearchParams();
  for (const input of panel.querySelectorAll("[data-part]")) {
    const name = input.dataset.part;
    for (const file of input.files ?? []) parts.append(name, file);
    if (input.files || input.value === "") continue;
    const value = input.dataset.json ? parsed(input) : input.value;
    for (const one of Array.isArray(value) ? value : [value]) {
      parts.append(name, typeof one === "string" ? one : JSON.stringify(one));
    }
  }
  return parts;
}

function element(name, text, ...classes) {
  const made = document.createElement(name);
  made.textContent = text;
  made.classList.add(...classes);
  return made;
}

function picture(address, about) {
  const made = element("img", "", "thumb");
  made.src = address;
  made.alt = about;
  return made;
}

async function shownBody(response) {
  const data = await response.blob();
  if (/^image\/(png|jpeg|gif|webp)$/.test(data.type)) {
    return picture(URL.createObjectURL(data), "the answer");
  }
  const text = await data.text();
  try {
    return element("pre", JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return element("pre", text || "(no body)");
  }
}

// What the stub noted of the request: the picture that it kept, and where to read more.
async function noted(url, method, status) {
  const { requests } = await (await fetch("/_stub/requests?limit=20")).json();
  const fits = (entry) => entry.method === method && entry.path === url.pathname && entry.status === status;
  const entry = requests.findLast(fits);
  if (!entry) return [];
  const link = element("a", `Request ${entry.number} in the journal`);
  link.href = `/_stub/journal#r${entry.number}`;
  if (!entry.image) return [link];
  const { filename, width, height, size, url: address } = entry.image;
  const about = `${filename ?? "picture"}, ${width} × ${height}, ${size} bytes`;
  return [element("h4", `Kept: ${about}`), picture(`/_stub/picture${address}`, about), link];
}

async function send(form) {
  const output = form.querySelector("output");
  const button = form.querySelector("button");
  const cookiePath = ";path=/;samesite=strict";
  let cookies = [];
  button.disabled = true;
  output.replaceChildren(element("p", "Waiting for the answer …", "soft"));
  try {
    const asked = request(form);
    cookies = asked.cookies;
    for (const cookie of cookies) document.cookie = cookie + cookiePath;
    const begin = performance.now();
    const response = await fetch(asked.url, asked.options);
    const time = Math.round(performance.now() - begin);
    const line = element("p", `${asked.options.method} ${asked.url.pathname}${asked.url.search}`, "mono");
    const redirected = response.type === "opaqueredirect";
    const status = redirected ? "A redirection" : `${response.status} ${response.statusText}`;
    const head = element("p", status, response.ok || redirected ? "good" : "bad");
    head.append(element("span", ` in ${time} ms`, "soft"));
    const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    output.replaceChildren(line, head, element("pre", fields || "(no headers)"), await shownBody(response));
    output.append(...(await noted(asked.url, asked.options.method, response.status)));
  } catch (error) {
    output.replaceChildren(element("p", `No answer: ${error.message}`, "bad"));
  } finally {
    for (const cookie of cookies) document.cookie = `${cookie}${cookiePath};max-age=0`;
    button.disabled = false;
  }
}

document.querySelector("[data-unscripted]").remove();
for (const form of document.querySelectorAll("form")) {
  const media = form.querySelector("[data-media]");
  const choose = () => {
    for (const panel of form.querySelectorAll("div[data-panel]")) {
      panel.hidden = panel.dataset.panel !== media.selectedOptions[0].dataset.panel;
    }
  };
  media?.addEventListener("change", choose);
  if (media) choose(); // browsers keep a choice when they reload
  for (const input of form.querySelectorAll("[data-file]")) {
    input.addEventListener("change", () => {
      const type = input.files[0]?.type;
      if ([...media.options].some((option) => option.value === type)) media.value = type;
    });
  }
  for (const examples of form.querySelectorAll("[data-examples]")) {
    examples.addEventListener("change", () => {
      examples.closest("[data-panel]").querySelector("[data-text]").value = examples.value;
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  form.querySelector("button").disabled = false;
}
