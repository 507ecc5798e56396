package ops

import (
	"net/http"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// mistake is what is wrong with an admin call; its parameter is a field of the body, a query parameter, "body" or "query".
type mistake timeslot.Violation

func (m *mistake) Error() string { return m.Parameter + " " + m.Detail + "; " + m.Fix }

// refuseMistake answers 400 with a problem document that names the field and the fix.
func refuseMistake(w http.ResponseWriter, m *mistake) {
	problem.Document{Status: http.StatusBadRequest, Detail: m.Error(), Errors: []timeslot.Violation{timeslot.Violation(*m)}}.Write(w)
}

func refuse(w http.ResponseWriter, status int, detail string) {
	problem.Document{Status: status, Detail: detail}.Write(w)
}
