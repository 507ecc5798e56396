// Package accuracy says how true was what was shown. Most slots are sold elsewhere, by telephone or at front desks: a copy of
// an upstream answer lists them until it is fetched again. Then the old copy and the new one are compared:
//
//	answer sent ──▶ timeslot.Servings of the copies it was made of (how often, how old)
//	refresh     ──▶ Compare(old, new): which slots are gone ──▶ Meter: by source, age and product
//
// No call is made for it. What was booked through this service was hidden at once, and is counted apart; how long upstream
// goes on listing it is upstream's lag.
//
// Accuracy is the share of slots shown that could still be booked when they were shown. Of a copy
// whose first slots are gone in part when it is replaced, the share that was untrue already when it was shown follows from how
// old it was then.
package accuracy
