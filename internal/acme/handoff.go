package acme

import (
	"fmt"
	"html"
	"net/http"
)

// handOff is where the health system's own booking application would open (docs/dexcare.md §9).
func (h *visitHandlers) handOff(q *request) answer {
	return textAnswer(http.StatusOK, "text/html; charset=utf-8", fmt.Sprintf(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Simulated booking application</title>
<h1>Simulated booking application</h1>
<p>Here the health system's own booking pages would open, for %s at %s.
<p>This is a demonstration: nothing can be booked here.
`, html.EscapeString(q.query.Get("timeSlot")), html.EscapeString(q.query.Get("departmentUrlName"))))
}
