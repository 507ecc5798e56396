// Package merge turns fragments into one ranked answer (docs/architecture.md §7). It is pure: the same fragments give the same
// answer, whichever order they arrived in, and nothing is written to them. The only thing it reads besides its input is
// the time zone database, and that once per zone with [Zones].
//
//	fragments ─▶ rows ─▶ groups ─▶ slots united, overruled, taken, filtered ─▶ ranked ─▶ page
//
// A row is a schedule as one answer spells it; a group is all rows that mean the same clinician, place and visit type.
// Whatever needs strings (identity, joining of attributes, filters) is decided once per group; a slot is then only two
// integers, its start and its group, and slots of different surfaces are one when both are equal.
//
// # Same slot
//
// Two rows mean the same when EHR instance, department, clinician and visit type are the same. Visit types are the
// same when their ids are, else when their short names are, without regard to case, unless that would make one of two
// ids that a single surface tells apart: a surface that lists a name under two modalities has two ids for it, and then
// every id under that name stands for itself. Of several ids of one visit type the answer shows the one of Provider
// Direct v5, Care Options, Care Direct and v4, in this order (the first two carry the EMR's id, which the EMR's own
// events use), and the smallest text of one surface's: so it depends neither on order nor on age.
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
// A slot stands when the freshest answer that lists it is at least as fresh as the freshest answer that speaks for its
// time. A row of a pool without a member also stands while a member has its start: the answer that lists the member
// lists the row. See [authority].
//
// # Order
//
// Every profile is a total order that ends in the identity: see rank.go and docs/ranking.md. Pages follow each other by
// where the one before ended, not by number, so that slots may come and go between them: see [Cursor].
package merge
