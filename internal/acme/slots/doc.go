// Package slots renders what can be booked: the directory, and free slots in the shapes of Care Direct, of both versions
// of Provider Direct with its search, and of Care Options. Each surface is a file; they share windows of days, pages and
// the writer of documents.
//
//	Request ──▶ window, filters ──▶ Store.Calendars ──▶ pages of openings ──▶ document, spelled by the surface
package slots
