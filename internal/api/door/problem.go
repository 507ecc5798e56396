package door

import (
	"net/http"
	"strings"

	"timeslots/internal/problem"
)

// refuse answers with a problem, under the request's correlation id; where DexCare's routes are, as DexCare would write it.
func refuse(w http.ResponseWriter, r *http.Request, p problem.Document) {
	if p.CorrelationID = w.Header().Get(CorrelationHeader); p.CorrelationID == "" {
		p.CorrelationID = CorrelationID(r.Header)
		w.Header().Set(CorrelationHeader, p.CorrelationID)
	}
	if path := pathOf(r); strings.HasPrefix(path, dropIn) {
		p.Envelope = problem.EnvelopeAt(path[len(dropIn)-1:])
	}
	p.Write(w)
}

// hangUp is refuse for what somebody else may read differently: no further request is read from the connection.
func hangUp(w http.ResponseWriter, r *http.Request, p problem.Document) {
	w.Header().Set("Connection", "close")
	refuse(w, r, p)
}
