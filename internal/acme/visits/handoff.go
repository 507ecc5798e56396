package visits

import (
	"fmt"
	"html"
	"net/http"

	"timeslots/internal/acme/wire"
)

// handOff is where the health system's own booking application would open (docs/dexcare.md §9).
func (h *Handlers) handOff(q *wire.Request) wire.Answer {
	return wire.Text(http.StatusOK, "text/html; charset=utf-8", fmt.Sprintf(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Simulated booking application</title>
<h1>Simulated booking application</h1>
<p>Here the health system's own booking pages would open, for %s at %s.
<p>This is a demonstration: nothing can be booked here.
`, html.EscapeString(q.Query.Get("timeSlot")), html.EscapeString(q.Query.Get("departmentUrlName"))))
}
