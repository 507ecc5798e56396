package main

import "fmt"

// visitors is what people did during the load, and what their answers said.
type visitors struct {
	Sessions  int `json:"sessions"` // of which a view was sent
	Lists     int `json:"lists"`
	Filtered  int `json:"filtered"`
	Calendars int `json:"calendars"`
	Widened   int `json:"widened"`  // lists of the next radius instead of a calendar, because nobody was named
	Again     int `json:"again"`    // lists once more instead of a calendar, because no answer had come
	Complete  int `json:"complete"` // answers
	Partial   int `json:"partial"`  // answers that say that they are not complete
}

// Did is a line of a report.
func (v *visitors) Did() string {
	return fmt.Sprintf("%d: %d lists, %d filtered, %d calendars; instead of a calendar %d wider lists (nobody was named), %d lists again (no answer yet)",
		v.Sessions, v.Lists, v.Filtered, v.Calendars, v.Widened, v.Again)
}

// Completeness is a line of a report.
func (v *visitors) Completeness() string {
	said := v.Complete + v.Partial
	return fmt.Sprintf("%d of %d answers that say whether they are (%s)", v.Complete, said, percent(v.Complete, said))
}
