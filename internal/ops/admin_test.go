package ops

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// changes are Fragments and Switches of a service that may reach its fleet or not.
type changes struct{ err error }

var errFleet = errors.New("the fleet is out of reach")

func (changes) Check(Scope) error { return nil }

func (c changes) Invalidate(context.Context, Scope) (bool, error) {
	if errors.Is(c.err, errFleet) {
		return false, nil
	}
	return c.err == nil, c.err
}

func (c changes) Set(context.Context, string, bool) error { return c.err }

func TestAChangeSaysWhetherEveryReplicaKnowsOfIt(t *testing.T) {
	for _, tt := range []struct {
		err                   error
		invalidated, switched int
	}{{nil, http.StatusNoContent, http.StatusNoContent}, {errFleet, http.StatusAccepted, http.StatusAccepted}, {context.Canceled, http.StatusServiceUnavailable, http.StatusAccepted}} {
		h := NewAdmin(AdminOptions{
			Watch: newTestWatch(t), Metrics: http.NotFoundHandler(), Products: func() []string { return []string{"default"} },
			Fragments: changes{tt.err}, Switches: changes{tt.err}, Token: "secret", Logger: slog.New(slog.DiscardHandler),
		})
		for target, want := range map[string]int{"POST /ops/invalidate {\"all\":true}": tt.invalidated, "PUT /ops/products/default {\"enabled\":false}": tt.switched} {
			part := strings.Fields(target)
			r := httptest.NewRequest(part[0], part[1], strings.NewReader(part[2]))
			r.Header.Set("Authorization", "Bearer secret")
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != want {
				t.Errorf("%s with %v: %d %s, want %d", target, tt.err, w.Code, w.Body, want)
			}
		}
	}
}
