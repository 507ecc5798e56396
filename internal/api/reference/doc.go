// Package reference is how the service describes itself: an OpenAPI 3.1 document that is kept by hand, and the page
// that shows it to people (docs/interface.md §3.4).
//
// openapi.json is embedded and served with the words of the surfaces and profiles that there are ([Words]). At the start of
// the process it is also read into the types of document.go, turned into what the page shows (page.go, operations.go,
// objects.go), and put through the template of page.html. So the page holds no text of its own that could contradict the
// document, and serving it costs no more than serving a file. Tests in internal/api compare the document with the routes,
// the parser and real answers.
package reference
