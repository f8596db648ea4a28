// Shows the views, and shows them again whenever there is a new tick. All texts are set as text, never as HTML.
"use strict";

const WAIT_MS = 20000; // how long the server may hold a request until there is a new tick
const GIVE_UP_MS = WAIT_MS + 10000; // an answer that takes longer does not come any more
const PAUSE_MS = 1000; // between two refreshes, and before a lost server is asked again
const COUNTRIES_EVERY_MS = 10000; // the list of countries is long and changes seldom

const element = (id) => document.getElementById(id);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const grouped = new Intl.NumberFormat("en").format;

async function get(path, headers = {}) {
  const answer = await fetch(path, { headers, cache: "no-store", signal: AbortSignal.timeout(GIVE_UP_MS) });
  if (!answer.ok && answer.status !== 304) throw new Error(`the server answers with status ${answer.status}`);
  return answer;
}

async function rows(view, parameters = {}) {
  const answer = await get(`/v1/views/${view}?${new URLSearchParams(parameters)}`);
  return (await answer.json()).rows;
}

function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A row of a table: what it is about, a name over a bar, a number. `beside` stands quietly behind the name.
function line({ head, name, beside, value }, greatest) {
  const row = make("tr");
  const middle = make("td");
  const label = make("span", "name", name ?? "");
  if (beside) label.append(" ", make("span", "beside", beside));
  label.title = label.textContent;
  const bar = make("span", "bar");
  bar.style.width = `${greatest > 0 ? (100 * value) / greatest : 0}%`;
  middle.append(...(name === undefined ? [bar] : [label, bar]));
  row.append(make("th", "", head), middle, make("td", "value", grouped(value)));
  return row;
}

function show(id, lines) {
  const body = element(id);
  const greatest = Math.max(...lines.map((line) => line.value), 0);
  const made = lines.map((each) => line(each, greatest));
  while (body.classList.contains("three") && made.length < 3) {
    made.push(line({ head: "", name: " ", value: 0 }, 0));
    made.at(-1).className = "none";
  }
  body.replaceChildren(...made);
}

// Of the rows of rank 1, those that tie in a group become one line.
function favourites(found, column) {
  const lines = new Map();
  for (const row of found) {
    const line = lines.get(row[column]);
    if (line) line.name += `, ${row.category}`;
    else lines.set(row[column], { head: row[column], name: row.category, value: row.posts });
  }
  return [...lines.values()];
}

const category = (row) => ({ head: row.rank, name: row.category, value: row.posts });
const poster = (row) =>
  ({ head: row.rank, name: row.poster_name, beside: row.country, value: row.follower_count });
const median = (column) => (row) =>
  ({ head: row[column], name: undefined, value: row.median_follower_count });

// The country stands in the address, so that a reload or a bookmark shows it again.
const chosen = { country: new URLSearchParams(location.hash.slice(1)).get("country"), listed: 0 };

async function showCountries() {
  if (Date.now() - chosen.listed < COUNTRIES_EVERY_MS && element("country").length > 0) return;
  const found = await rows("category_by_country", { rank: 1, limit: 100000 });
  const countries = [...new Set(found.map((row) => row.country))];
  chosen.listed = Date.now();
  if (!countries.includes(chosen.country)) chosen.country = countries[0] ?? "";
  const list = element("country");
  // Left alone if nothing is new: it may be open.
  if (countries.join("\n") !== [...list.options].map((option) => option.value).join("\n")) {
    list.replaceChildren(...countries.map((country) => new Option(country, country)));
  }
  list.value = chosen.country;
}

async function showCountry() {
  const country = chosen.country;
  const [categories, posters] = await Promise.all([
    rows("category_by_country", { country }),
    rows("top_posters_by_country", { country }),
  ]);
  if (country !== chosen.country) return;
  show("categories", categories.map(category));
  // The country stands above already.
  show("posters-of-country", posters.map((row) => ({ ...poster(row), beside: undefined })));
}

async function showOthers() {
  const [years, ages, posters, byAge, byYear, users] = await Promise.all([
    rows("category_by_year", { rank: 1 }),
    rows("category_by_age_group", { rank: 1 }),
    rows("top_posters"),
    rows("median_followers_by_age_group"),
    rows("median_followers_by_join_year"),
    rows("users_joined_by_year"),
  ]);
  show("by-year", favourites(years, "post_year"));
  show("by-age-group", favourites(ages, "age_group"));
  show("posters", posters.map(poster));
  show("median-by-age-group", byAge.map(median("age_group")));
  show("median-by-join-year", byYear.map(median("join_year")));
  show("users", users.map((row) => ({ head: row.join_year, value: row.users })));
}

function duration(seconds) {
  const [days, hours, minutes] = [86400, 3600, 60].map((unit) => Math.floor(seconds / unit));
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

// What is wrong with a source, a line each.
function troubles(source) {
  const troubled = (source.partitions ?? []).filter((partition) => partition.trouble);
  return [
    ...(source.stopped ? [`stopped: ${source.stopped}`] : []),
    ...(source.missing_topics ?? []).map((topic) => `${topic}: it does not exist`),
    ...troubled.map(({ topic, partition, trouble }) => `${topic}, partition ${partition}: ${trouble}`),
  ];
}

function showSource(source) {
  element("source").hidden = !source;
  if (!source) return;
  const partitions = source.partitions ?? [];
  const lag = partitions.reduce((sum, partition) => sum + partition.lag, 0);
  const wrong = troubles(source);
  const state = wrong.length > 0 ? `, ${wrong.length} in trouble` : "";
  element("source-summary").textContent =
    `${source.source}: ${partitions.length} partitions, lag ${grouped(lag)}${state}`;
  element("source").className = wrong.length > 0 ? "troubled" : "";
  element("troubles").replaceChildren(...wrong.map((trouble) => make("li", "", trouble)));
  const cells = ({ topic, partition, position, end_offset, lag, lag_seconds }) =>
    [topic, partition, grouped(position), grouped(end_offset), grouped(lag), lag_seconds ?? ""];
  const made = partitions.map((partition) => {
    const row = make("tr");
    row.append(...cells(partition).map((text) => make("td", "", text)));
    return row;
  });
  element("partitions").replaceChildren(...made);
}

// Counts and the like are an extra: without them the views are shown all the same. Tells whether all is read so far.
async function showStatus(tick) {
  const status = await get("/v1/status").then((answer) => answer.json()).catch(() => ({}));
  const known = [
    ["tick", status?.tick?.name ?? tick],
    ...["pin", "geo", "user"].map((kind) => [`${kind}s`, status?.records?.[kind]]),
    ["rejects", status?.rejects],
    ["up", status?.uptime_seconds],
    ["version", status?.version],
  ].filter(([, value]) => value !== undefined && value !== null);
  const shown = known.map(([name, value]) => {
    const pair = make("div");
    const text = name === "up" ? duration(value) : typeof value === "number" ? grouped(value) : value;
    pair.append(make("dt", "", name), make("dd", "", text));
    return pair;
  });
  element("status").replaceChildren(...shown);
  showSource(status?.sources?.[0]);
  return status?.ready !== false;
}

const isEmpty = (list) => list.views.every((view) => view.rows === 0);

async function refresh(list) {
  if (isEmpty(list)) return;
  await showCountries();
  await Promise.all([showCountry(), showOthers()]);
}

// Once all is filled in, so that nothing moves below what comes later.
function reveal(list) {
  element("views").hidden = isEmpty(list);
  element("empty").hidden = !isEmpty(list);
}

function tell(className, text, problem) {
  const state = element("state");
  state.className = className;
  state.textContent = text;
  const notice = element("notice");
  notice.hidden = !problem;
  notice.textContent = problem ? `pinflow cannot be reached: ${problem}. What is shown may be old. Trying again…` : "";
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

async function follow() {
  let tag;
  let list;
  for (;;) {
    await visible();
    try {
      const answer = await get(`/v1/views?wait_ms=${WAIT_MS}`, tag ? { "If-None-Match": tag } : {});
      if (answer.status === 200) {
        list = await answer.json();
        await refresh(list);
        tag = answer.headers.get("ETag");
      }
      const isReady = await showStatus(list.as_of);
      reveal(list);
      if (isReady) tell("live", "live");
      else tell("", "starting");
    } catch (error) {
      tag = undefined;
      // What browsers say of a connection that is refused differs and helps nobody.
      const problem = error.message.startsWith("the server") ? error.message : "the connection is lost";
      tell("lost", "not connected", problem);
    }
    await pause(PAUSE_MS);
  }
}

function send(kind, record) {
  const body = JSON.stringify({ records: [{ value: record }] });
  return `curl -X POST ${location.origin}/topics/demo.${kind} \\\n` +
    `  -H 'Content-Type: application/vnd.kafka.json.v2+json' \\\n  -d '${body}'`;
}

element("example").textContent = [
  send("pin", { index: 1, category: "art", poster_name: "Ada", follower_count: "12k" }),
  send("geo", { ind: 1, country: "France", timestamp: "2022-01-01 02:26:50" }),
].join("\n\n");

element("country").addEventListener("change", (event) => {
  chosen.country = event.target.value;
  history.replaceState(null, "", `#${new URLSearchParams({ country: chosen.country })}`);
  // A failure shows with the next tick.
  showCountry().catch(() => {});
});

follow();
