package door

import (
	"net/http"
	"testing"
)

func TestPagesOfListedOriginsMayCheckSlotsAndPostNothingElseToSearches(t *testing.T) {
	d, _ := newDoor(t, answering, Rules{Origins: []string{page}})
	for path, allowed := range map[string]bool{checkRoute: true, "/v1/timeslots": false} {
		h := fromPage(d, http.MethodOptions, path, "Origin", page, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type").Header()
		if got := h.Get("Access-Control-Allow-Methods") == "POST"; got != allowed {
			t.Errorf("%s: POST is allowed: %v, want %v; %v", path, got, allowed, h)
		}
	}
	if got := fromPage(d, http.MethodPost, checkRoute, "Origin", page).Header().Get("Access-Control-Allow-Origin"); got != page {
		t.Errorf("the answer may be read by %q, want %q", got, page)
	}
}
