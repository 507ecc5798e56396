package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"timeslots/test/rig/figure"
)

// described is a running program that is asked what its own description admits, and has to answer as it says.
type described struct {
	*running
	doc    *openapi3.T
	router routers.Router
}

func describe(t *testing.T, demo *running) described {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(get(t, demo.public+"/openapi.json").body)
	if err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return described{demo, doc, router}
}

// ask wants the status, and question and answer as described.
func (d described) ask(t *testing.T, target string, status int) reply {
	t.Helper()
	r := get(t, d.public+target)
	if r.status != status {
		t.Errorf("%s: %d %s, want %d", target, r.status, r.body, status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	route, path, err := d.router.FindRoute(request)
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	asked := &openapi3filter.RequestValidationInput{Request: request, PathParams: path, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(t.Context(), asked); err != nil && status == http.StatusOK {
		t.Errorf("%s is answered and not described: %v", target, err)
	}
	answered := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: r.status, Header: r.header, Body: io.NopCloser(bytes.NewReader(r.body)), Options: options,
	}
	if err := openapi3filter.ValidateResponse(t.Context(), answered); err != nil {
		t.Errorf("%s: %v\nin %.2000s", target, err, r.body)
	}
	return r
}

func TestTheWholeProgramAnswersAsItDescribesItself(t *testing.T) {
	figure.Beside(t)
	d := describe(t, startDemo(t))
	const npi = aClinician
	place := "latitude=47.61&longitude=-122.33"
	for _, target := range []string{
		"/v1/timeslots?npi=" + npi + "&npi=9000000025&" + place + "&explain=true&sort=balanced&limit=500",
		"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&userTimezone=Asia/Tokyo&daysOfSlots=2",
		"/v1/timeslots?" + place + "&radius=100&visitTypeName=Illness&visitTypeName=FluShot&visitTypeName=FollowUp&limit=500&product=flushot",
		"/v1/timeslots?npi=" + npi + "&npi=9999999999",
		"/v1/next-available?npi=" + npi + "&npi=9000000025&per=20",
		"/v1/next-available?" + place + "&visitTypeName=FluShot&by=department&sort=nearest",
		"/openapi.json", "/dexcare/v4/departments", "/dexcare/v5/providers/" + npi + "/timeslots", "/dexcare/v1/suffixes",
	} {
		d.ask(t, target, http.StatusOK)
	}
	d.ask(t, "/v1/timeslots?npi=9999999999", http.StatusNotFound)
	d.ask(t, "/v1/timeslots?npi=12&per=1", http.StatusBadRequest)
	if empty := d.ask(t, "/v1/timeslots?npi="+npi+"&"+sunday(), http.StatusOK).answer(t); empty.Total != 0 || empty.NextAvailable == nil {
		t.Errorf("%d slots on a Sunday, next %+v: want none and a later one", empty.Total, empty.NextAvailable)
	}
}

// sunday is the next one, when the simulator's clinicians are off.
func sunday() string {
	day := time.Now().AddDate(0, 0, 1)
	for day.Weekday() != time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	return "startDate=" + day.Format(time.DateOnly) + "&endDate=" + day.Format(time.DateOnly)
}

func TestTheWholeProgramFailsAsItDescribesItself(t *testing.T) {
	figure.Beside(t)
	// A budget of a second for the one question whose answer is that it ran out; all others have time. The end of the
	// program waits for the call behind it.
	demo := start(t, []string{"AGGREGATOR_PRODUCTS_FLUSHOT_BUDGET=1s", "AGGREGATOR_SOURCES_CARE_OPTIONS_TIMEOUT=2s"}, "demo", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	demo.listening(t)
	d := describe(t, demo)
	const npi = aClinician
	d.ask(t, "/v1/timeslots?npi="+npi, http.StatusOK)
	fail(t, d.simulator(t), "provider-direct:status=500", "care-direct:status=500")
	partial := d.ask(t, "/v1/timeslots?npi="+npi+"&npi=9000000033", http.StatusOK).answer(t)
	if partial.Complete {
		t.Errorf("one clinician cannot be asked, and the answer is complete: %+v", partial.Sources)
	}
	d.ask(t, "/v1/next-available?npi="+npi+"&npi=9000000033", http.StatusOK)
	d.ask(t, "/v1/timeslots?npi=9000000041", http.StatusBadGateway)
	d.ask(t, "/v1/next-available?npi=9000000041", http.StatusBadGateway)
	eventually(t, "a breaker that opens", func() bool {
		return get(t, d.public+"/v1/timeslots?npi=9000000041").status == http.StatusServiceUnavailable
	})
	d.ask(t, "/v1/timeslots?npi=9000000041", http.StatusServiceUnavailable)
	fail(t, d.simulator(t), "care-options:hang")
	d.ask(t, "/v1/timeslots?latitude=33.1&longitude=-97.1&radius=1&visitTypeName=Illness&product=flushot", http.StatusGatewayTimeout)
}

func TestClientsAreTurnedAwayAsTheDescriptionSays(t *testing.T) {
	figure.Beside(t)
	service, _, _ := startServed(t, "limits: {perClientPerSecond: 0.01, perClientBurst: 1}\n")
	d := describe(t, service)
	for _, target := range []string{"/v1/timeslots?npi=9000000017", "/v1/next-available?npi=9000000017", "/openapi.json", "/dexcare/v1/suffixes"} {
		if r := d.ask(t, target, http.StatusTooManyRequests); r.header.Get("Retry-After") == "" {
			t.Errorf("%s: nobody says when to come back", target)
		}
	}
}

func TestListsReachAsFarAsTheDescriptionSays(t *testing.T) {
	figure.Beside(t)
	d := describe(t, startDemo(t))
	place := "&latitude=47.61&longitude=-122.33"
	for _, path := range []string{"/v1/timeslots", "/v1/next-available"} {
		for _, p := range d.doc.Paths.Find(path).Get.Parameters {
			if p.Value.In != "query" || !p.Value.Schema.Value.Type.Is("array") {
				continue
			}
			name, most := p.Value.Name, int(*p.Value.Schema.Value.MaxItems)
			others := place
			if name != "visitTypeName" {
				others += "&visitTypeName=Illness"
			}
			if refused := get(t, d.public+path+"?"+listOf(name, most)+others); refused.status == http.StatusBadRequest {
				t.Errorf("%s: %d values are refused: %s", name, most, refused.body)
			}
			refused := get(t, d.public+path+"?"+listOf(name, most+1)+others)
			if refused.status != http.StatusBadRequest || !strings.Contains(string(refused.body), `"parameter":"`+name+`"`) {
				t.Errorf("%s: %d values: %d %s", name, most+1, refused.status, refused.body)
			}
		}
	}
}

// listOf has n values of the form that the parameter wants.
func listOf(name string, n int) string {
	values := make([]string, n)
	for i := range values {
		if values[i] = fmt.Sprintf("x%d", i); name == "npi" {
			values[i] = fmt.Sprintf("%010d", 9_000_000_000+i)
		}
	}
	return name + "=" + url.QueryEscape(strings.Join(values, ","))
}
