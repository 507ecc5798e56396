package merge

import "timeslots/internal/timeslot"

// SealCursor is the text of a cursor with any payload, right on the outside.
func SealCursor(payload []byte, q *timeslot.Query) string { return seal(payload, q) }

// CursorText writes a cursor once more, as an answer to q would.
func CursorText(c *Cursor, q *timeslot.Query) string { return c.text(q) }
