// Package web is the pages that patients look at: "/", which finds a doctor, and "/flu-shot", where a campaign lands.
// They show how a web team uses the service, and are meant to be copied.
//
// A page is a template with the first list of times in it, so that it works without scripts; modules make it live. It
// knows the service only by its routes: what a template shows was asked for in the words in which a script asks, and
// reaches the script inside the page, so that a page that comes with a list costs no further request.
//
//	request ──▶ view (what the address asks for) ──▶ Ask: GET /v1/next-available?… ──▶ answer ──▶ template ──▶ document
//	                                                  └ from the response cache, mostly           └ kept until the answer changes
//
// In the browser, each module stands on those above it:
//
//	page.js      what came with the page: words, the first answer
//	dom.js       elements, announcements, the focus
//	when.js      days and times, on the clinic's clock
//	api.js       questions, and the ways they fail
//	list.js      cards of clinicians or clinics with their times
//	live.js      times that go and come back (server-sent events)
//	book.js      from a time to a visit; alternatives.js: or to another time
//	followed.js  the times of one question, kept up to date
//	form.js      the form, the address bar, the back button
//	calendar.js  one clinician's weeks
//	results.js   a list, and all that it may be
//	names.js     names as people type them
//	find.js, flushot.js  the pages
//
// Nothing is loaded from elsewhere, nothing is stored in the browser, and a patient's token stays in a variable.
package web
