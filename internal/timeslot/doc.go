// Package timeslot is the domain: the nouns that every other package speaks.
//
// A [Query] is what a web page asks. Planning turns it into [FragmentKey]s, canonical upstream reads. Each is answered
// by a [Fragment]: the [Schedule]s and [Slot]s of one upstream answer with the time it was fetched. Merging fragments
// gives a [Result], the ranked answer that is encoded and sent.
//
//	Query ──plan──▶ FragmentKey… ──look up, fetch──▶ Fragment… ──merge──▶ Result
//
// Schedule and Slot are FHIR's words: a schedule is one clinician at one department for one visit type, a slot is one
// start in it. The split keeps a slot small: what all slots of a schedule share is said once.
//
// Which surfaces there are, and what is particular to each, is one list: [Surfaces].
//
// The package uses the standard library only and does no I/O.
package timeslot
