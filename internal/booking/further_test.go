package booking

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAFurtherCallOfTheVisitBasePasses(t *testing.T) {
	route, err := Further("POST /api/9/things/{id}/done")
	if err != nil {
		t.Fatal(err)
	}
	var seen string
	base := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = r.Method + " " + r.RequestURI + " " + r.Header.Get("X-Api-Key") + " " + string(body)
	})
	g := newGateway(t, &diary{}, base)
	url := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { g.Serve(w, r, route, Call{}) })
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/dexcare/api/9/things/7%20a/done?x=1", strings.NewReader("{}"))
	got := do(t, r)
	if got.status != http.StatusOK || seen != "POST /api/9/things/7%20a/done?x=1 our-key {}" {
		t.Errorf("%d %s; upstream saw %q", got.status, got.body, seen)
	}
}

func TestACallThatIsNoneOrPassesAlreadyIsNoFurtherOne(t *testing.T) {
	for _, call := range []string{
		"", "GET", "/api/9/things", "get /api/9/things", "TRACE /api/9/things", "GET api/9/things", "GET /api/9/things?x=1", "GET /api/../things",
		"GET /api/9/*", "GET /api//things", "GET /api/{}", "GET /api/{a b}", "GET /api/9/things/", "GET  /api/9/things", "GET /api/%2e%2e/x",
		"GET /v1/reporting/{x}", "GET /api/{a}/visits/retail/self", "POST /api/9/visits", "GET /api/9/visits/{id}/summary", "POST /api/6/visits/retail",
	} {
		if route, err := Further(call); err == nil {
			t.Errorf("%q is %+v", call, route)
		}
	}
}

func TestAFurtherCallDoesNotTakeTheRouteOfAServedOne(t *testing.T) {
	served := []string{"GET /v4/departments", "GET /v2/departments/:item/timeslots"}
	for call, refused := range map[string]bool{
		"GET /v4/departments": true, "GET /v2/departments/{clinic}/timeslots": true, "GET /v2/{a}/{b}/{c}": true, "GET /{a}/departments": true,
		"POST /v4/departments": false, "GET /v4/departments/{x}": false, "GET /v2/departments/{clinic}/hours": false,
	} {
		if _, err := Further(call, served...); (err != nil) != refused {
			t.Errorf("%s: %v, want it refused: %v", call, err, refused)
		}
	}
}
