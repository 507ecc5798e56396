package fetch

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "7", "-1", "99999999999999999999", "3.5", "Fri, 31 Dec 2100 23:59:59 GMT", "soon", " 5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if wait := retryAfter(value); wait < 0 || wait > time.Minute {
			t.Errorf("%q means %v", value, wait)
		}
	})
}

// Only a 200, a 204 and a well-formed 404 are used, and only the last is "not found".
func FuzzVerdict(f *testing.F) {
	f.Add(200, "application/json", []byte("{}"))
	f.Add(404, "application/json", []byte(`{"message":"no Route matched"}`))
	f.Add(404, "text/html", []byte(`<html>`))
	f.Add(503, "", []byte(``))
	f.Add(204, "", []byte(``))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		a := &answer{status: status, header: http.Header{"Content-Type": {kind}}, body: body}
		err := a.verdict()
		if err == nil && status != 200 && status != 204 && !(status == 404 && isJSONObject(body)) {
			t.Fatalf("%d %q is used", status, body)
		}
		if e, ok := errors.AsType[*timeslot.Error](err); err != nil && (!ok || e.Kind == "" || e.RetryAfter < 0) {
			t.Fatalf("%d: %v", status, err)
		}
		if a.notFound() && status != 404 {
			t.Fatalf("%d is not found", status)
		}
	})
}
