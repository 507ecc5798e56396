package door

import (
	"net/http"
	"testing"
)

// What goes into logs and upstream headers is a correlation id of the known form, whatever the client sent.
func FuzzCorrelationID(f *testing.F) {
	f.Add("5f0e6a0c-0000-4000-8000-000000000001")
	f.Add("\r\nX-Evil: 1")
	f.Fuzz(func(t *testing.T, sent string) {
		got := CorrelationID(http.Header{"Correlation-Id": {sent}})
		if !IsCorrelationID(got) || len(got) > 128 || IsCorrelationID(sent) && got != sent {
			t.Fatalf("%q became %q", sent, got)
		}
	})
}
