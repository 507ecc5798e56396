package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// pretending lets a page hear of a check what window.pretend says: a status, or "broken" for an answer that is none. What the
// service found is in window.found.
const pretending = `
const real = window.fetch;
window.fetch = async (address, options) => {
  if (!String(address).includes("/v1/timeslots/check")) return real(address, options);
  const answer = await (await real(address, options)).json();
  const [found] = answer.slots;
  window.found = found.status;
  if (!window.pretend) return new Response(JSON.stringify(answer));
  if (window.pretend === "broken") return new Response("", { status: 500 });
  const list = await (await real("/v1/next-available?postalCode=` + riverton + `&visitTypeName=FluShot")).json();
  const others = list.entries[0].next.filter(({ id }) => id !== found.id).slice(0, 2);
  answer.slots = [{ id: found.id, status: window.pretend, checkedAt: found.checkedAt, alternatives: others }];
  answer.departments = list.departments;
  return new Response(JSON.stringify(answer));
};`

func TestAChosenTimeIsCheckedWhileTheDialogOpens(t *testing.T) {
	s, _, b := demo(t, 1000, 1000, "America/Los_Angeles")
	b.lists(t, before(pretending), chromedp.Navigate(s.Public+"/flu-shot?postalCode="+riverton))
	b.opensATime(t)
	b.shows(t, "the check's answer", `window.found === "available"`)
	b.shows(t, "the sign-in still", `document.querySelector("#book .choices button") !== null`)
	b.do(t, chromedp.Click("#book .actions button"))

	for status, word := range map[string]string{"gone": "no longer available", "taken": "just taken"} {
		b.do(t, chromedp.Evaluate(`window.pretend = "`+status+`"`, nil), chromedp.Click(aTime))
		b.shows(t, "others in place of a time that is "+status,
			`document.getElementById("book-message")?.innerText.includes("`+word+`") && document.querySelectorAll("#alternatives .time").length === 2`)
		b.picture(t, "book-"+status, 1000, 900, false)
		b.do(t, chromedp.Click("#book .actions button"))
	}
	for _, status := range []string{"unknown", "broken"} {
		b.do(t, chromedp.Evaluate(`delete window.found; window.pretend = "`+status+`"`, nil))
		b.opensATime(t)
		b.shows(t, "the check's end", `window.found === "available"`)
		b.shows(t, "the sign-in after a check that says nothing", `document.querySelector("#book .choices button") !== null`)
		b.do(t, chromedp.Click("#book .actions button"))
	}
	b.opensATime(t)
	b.book(t, 1)
	b.quiet(t, s.Public)
}
