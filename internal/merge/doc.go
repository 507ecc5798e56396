// Package merge turns fragments into one ranked answer (docs/architecture.md §7). It is pure: the same fragments give the same
// answer, whichever order they arrived in, and nothing is written to them. The only thing it reads besides its input is
// the time zone database, and that once per zone with [Zones].
//
//	fragments ─▶ union: for each department a clinic: rows ─▶ groups ─▶ units
//	                    │
//	query ──────────────┴─▶ spots ─▶ calendars, filtered, without what is taken ─▶ ranked ─▶ page
//
// What depends on the fragments alone is a [union], and is worked out once for all questions: see [Unions]. Its parts are
// clinics, each of which holds what the fragments list at one department (of one clinician there, where every answer lists a
// single one) and depends on nothing else: an answer that was read anew and says the same of a department leaves its clinic as
// it was. A question then is a filter over groups, and as many steps as the page has slots: every group's slots are in the order
// of time already, so that the next slot of the answer is the first one of some group ([order]).
//
// A row is a schedule as one answer spells it; a group is all rows that mean the same clinician and visit type at a
// department. Whatever needs strings (identity, joining of attributes, filters) is decided once per group; a unit is then
// only a start, and slots of different surfaces are one when start and group are equal. Where the rows of a group
// differ in what they say (modality, for whom, bookable, title), that is decided once for all slots that the same rows
// list: what an element of an answer says belongs to its slots. What no row of a slot says is taken from the group, as far
// as the freshest answer that says it is of one mind.
//
// # Same slot
//
// Two rows mean the same when EHR instance, department, clinician and visit type are the same. Visit types are known to be
// the same when both id and short name are, without regard to case, and known to be two when both rows give a name and the
// names differ: one EMR id may stand for several. Sameness is assumed
//
//   - of two ids under one name, as v4 may name visit types by other ids than v5, unless a single surface lists both: a
//     surface that lists a name under two modalities has two ids for it, and then every id under that name stands for
//     itself;
//   - of an id alone and the one visit type that has the id and a name, unless there are several such, or a single surface
//     lists both: then the id alone stands for itself, and no directory names it.
//
// Of several ids of one visit type the answer shows the one of Provider Direct v5, Care Options, Care Direct and v4, in
// this order (the first two carry the EMR's id, which the EMR's own events use), and the smallest text of one surface's: so
// it depends neither on order nor on age.
//
// Taken is told by the id without the name, as bookings have no name: the slots of all visit types of an id go together.
//
// # Pools
//
// An NPI that some schedule marks as a pool at a department stands there for several clinicians. Rows that name the
// local provider id belong to that member. Rows that do not cannot be told apart: at a start that some member has,
// such a row is covered, which means that it adds its source and attributes to every member there (it is true of each
// that the surface lists that NPI at that time) but never its booking handle; at a start that no member has it stays,
// as a slot of the NPI. Taken is on the safe side: a member goes when the row that it is covered by is taken, and a
// row without a member goes when any member of the pool is taken at its start.
//
// # Authority
//
// A slot stands unless an answer that speaks for its calendar and time is fresher than all that list it, by more than two
// calls take. A surface speaks for the calendars that it has shown to know, at any time, in any answer at hand. A row of a
// pool without a member also stands while a member has its start: the answer that lists the member lists the row. See
// [authority].
//
// # Zones
//
// A slot's time is written, and its day is counted, in its department's zone, unless upstream wrote another offset: then in
// that (see builder.clockOf). The zone is the directory's, else the slots', and the first that exists.
//
// # Order
//
// Every profile is a total order that ends in the identity: see [Profile], rank.go and docs/ranking.md. Pages follow each
// other by where the one before ended, not by number, so that slots may come and go between them: see [Cursor].
package merge
