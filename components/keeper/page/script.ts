/**
 * What the page does in the browser, as the browser gets it: its hash is in the policy of the page. Without it all is there
 * and stands still. It asks for the page again, and takes over what has changed. What it has heard long ago it shows as such.
 */
export const SCRIPT = `
const EVERY = 5000, LONGEST = 60000, OLD = 15000;
let heard = Date.now(), pause = EVERY, timer, isLost = false;
const root = document.documentElement;
const at = (id) => document.getElementById(id);
root.classList.add("live");

function takeOver(page) {
	const sentence = page.getElementById("sentence");
	if (sentence === null) return location.reload();
	const tone = page.getElementById("verdict").dataset.tone;
	const isNew = at("verdict").dataset.tone !== tone;
	at("verdict").dataset.tone = tone;
	document.title = page.title;
	for (const part of page.querySelectorAll("[data-live]")) {
		const here = at(part.id);
		if (here.innerHTML === part.innerHTML) continue;
		const isInUse = here.contains(document.activeElement) || (getSelection().type === "Range" && getSelection().containsNode(here, true));
		if (isInUse && !isNew) continue;
		const open = [...here.querySelectorAll("details")].map((each) => each.open);
		here.replaceChildren(...document.importNode(part, true).childNodes);
		here.querySelectorAll("details").forEach((each, index) => { each.open = open[index]; });
	}
	root.classList.remove("lost");
	isLost = false;
}

function lose() {
	if (isLost) return;
	isLost = true;
	root.classList.add("lost");
	at("verdict").dataset.tone = "unknown";
	const before = at("sentence").textContent;
	at("sentence").textContent = "Not known: the keeper does not answer.";
	at("reasons").textContent = "What it said last may not hold any more: " + before;
	document.title = "? " + document.title.replace(/^\\S+ /, "");
}

async function look() {
	clearTimeout(timer);
	try {
		const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(4000) });
		if (answer.status === 401 || answer.status === 403) return location.reload();
		if (!answer.ok) throw new Error(answer.status);
		takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
		heard = Date.now();
		pause = EVERY;
	} catch {
		lose();
		pause = Math.min(LONGEST, pause * 1.5);
	}
	tick();
	if (!document.hidden) timer = setTimeout(look, pause);
}

function tick() {
	const seconds = Math.round((Date.now() - heard) / 1000);
	if (seconds * 1000 > OLD) lose();
	at("heard").textContent = isLost ? "last heard " + seconds + " s ago; it is asked again" : "live, heard " + seconds + " s ago";
}

setInterval(tick, 1000);
addEventListener("visibilitychange", () => {
	if (document.hidden) return clearTimeout(timer);
	tick();
	look();
});
addEventListener("pageshow", (event) => { if (event.persisted) { tick(); look(); } });
document.addEventListener("click", async ({ target }) => {
	if (!target.matches("button.copy")) return;
	const code = target.previousElementSibling;
	try {
		await navigator.clipboard.writeText(code.textContent);
		target.textContent = "Copied";
	} catch {
		getSelection().selectAllChildren(code);
		target.textContent = "Selected";
	}
	setTimeout(() => { target.textContent = "Copy"; }, 2000);
});
timer = setTimeout(look, EVERY);
tick();
`;
