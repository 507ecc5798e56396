package acme

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"timeslots/internal/acme/visits"
	"timeslots/internal/acme/world"
)

// schemas is where the published documents lie when they are there: beside the repository, not inside.
const schemas = "../../../shared/dexcare/openapi"

// The published operations, as document and path.
const (
	single    = "slots-availability.yml /providers/{npid}/timeslots"
	search    = "slots-availability.yml /slots/search"
	taken     = "slots-availability.yml /slots/slot-taken"
	released  = "slots-availability.yml /slots/slot-released"
	area      = "care-options.yml /availability/slots"
	people    = "care-options.yml /availability/providers"
	guest     = "visit-booking.yml /booking/queued-guest-visit"
	newVisit  = "visit-service.yml /visits"
	visitWait = "visit-service.yml /visits/{visitId}/waittime"
	terms     = "visit-service.yml /visits/{visitId}/acceptTerms"
	summary   = "visit-service.yml /visits/{visitId}/summary"
	regions   = "visit-service.yml /regions/waittimes"
	oneRegion = "visit-service.yml /regions/{regionCode}/waittimes"
	qualifier = "visit-service.yml /assignmentqualifiers"
	modality  = "visit-service.yml /modalities"
	tokbox    = "visit-service.yml /tokbox-events"
)

// published are the documents by name.
type published map[string]*openapi3.T

// readSchemas reads the documents once. The format is one that the validator would otherwise let pass.
var readSchemas = sync.OnceValues(func() (published, error) {
	openapi3.DefineStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122))
	docs := published{}
	for _, name := range []string{"slots-availability.yml", "care-options.yml", "visit-booking.yml", "visit-service.yml"} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(schemas, name))
		if err != nil {
			return nil, err
		}
		docs[name] = doc
	}
	return docs, nil
})

func loadSchemas(t *testing.T) published {
	t.Helper()
	if _, err := os.Stat(schemas); err != nil {
		t.Skip("the published schemas are not beside the repository")
	}
	docs, err := readSchemas()
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func (p published) operation(name, method string) *openapi3.Operation {
	document, path, _ := strings.Cut(name, " ")
	return p[document].Paths.Find(path).GetOperation(method)
}

// names are all operations that are published.
func (p published) names() map[string]bool {
	out := map[string]bool{}
	for document, doc := range p {
		for path, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				out[method+" "+document+" "+path] = true
			}
		}
	}
	return out
}

// conforms fails unless the answer is one that the operation declares.
func (p published) conforms(t *testing.T, name string, call exchange, w *httptest.ResponseRecorder) {
	t.Helper()
	if err := p.breach(name, call, w); err != nil {
		t.Errorf("%s: status %d: %v", call, w.Code, err)
	}
}

// breach says in which way the answer is none that the operation declares.
func (p published) breach(name string, call exchange, w *httptest.ResponseRecorder) error {
	response := p.operation(name, call.method).Responses.Value(strconv.Itoa(w.Code))
	if response == nil {
		return errors.New("not declared")
	}
	media := response.Value.Content.Get("application/json")
	switch {
	case media == nil && w.Body.Len() > 0:
		return fmt.Errorf("has a body: %s", w.Body)
	case media == nil:
		return nil
	}
	var doc any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		return err
	}
	return media.Schema.Value.VisitJSON(doc, openapi3.EnableFormatValidation())
}

// exchange is a call and the status it is to have.
type exchange struct {
	method, target string
	body           any // nil, []byte or something to encode
	status         int
}

func (e exchange) String() string { return e.method + " " + e.target }

// changed is the sample with one value put where the path says; nil takes the member away.
func changed(t testing.TB, name string, value any, path ...string) []byte {
	t.Helper()
	doc := decode(t, sample(t, name)).(map[string]any)
	last := len(path) - 1
	section := doc
	for _, step := range path[:last] {
		section = section[step].(map[string]any)
	}
	if section[path[last]] = value; value == nil {
		delete(section, path[last])
	}
	text, _ := json.Marshal(doc)
	return text
}

// slotCalls are calls about slots.
func slotCalls(t *testing.T, slot any) map[string][]exchange {
	return map[string][]exchange{
		single: {
			{"GET", "/v5/providers/9000000017/timeslots", nil, 200},
			{"GET", "/v5/providers/9000000041/timeslots?startDate=2030-03-05T09:30:00-08:00", nil, 200},
			{"GET", "/v5/providers/9000000108/timeslots?startDate=2030-03-12&daysOfSlots=3", nil, 200},
			{"GET", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil, 200},
			{"GET", "/v5/providers/9000000017/timeslots?startDate=soon", nil, 400},
			{"GET", "/v5/providers/1/timeslots", nil, 404},
		},
		search: {
			{"POST", "/v5/slots/search", sample(t, "slots-search.v5.request.json"), 200},
			{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[{"npi":"1"}]}`), 200},
			{"POST", "/v5/slots/search", []byte(`{"criteriaItems":[]}`), 400},
		},
		taken:    {{"POST", "/v5/slots/slot-taken", slotEventBody(t, takenSample, slot), 204}, {"POST", "/v5/slots/slot-taken", []byte(`{}`), 400}},
		released: {{"POST", "/v5/slots/slot-released", slotEventBody(t, releasedSample, slot), 204}, {"POST", "/v5/slots/slot-released", []byte(`[]`), 400}},
		area: {
			{"GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=3", nil, 200},
			{"GET", "/v1/availability/slots?postalCode=10000&daysOfSlots=30&userTimezone=Asia/Tokyo", nil, 200},
			{"GET", "/v1/availability/slots?departmentEmrIds=4100200410&daysOfSlots=3", nil, 200},
			{"GET", "/v1/availability/slots?npis=1&daysOfSlots=3", nil, 200},
			{"GET", "/v1/availability/slots?daysOfSlots=3", nil, 400},
			{"POST", "/v1/availability/slots", sample(t, "availability-slots.post.v1.request.json"), 200},
			{"POST", "/v1/availability/slots", []byte(`{"departmentIds":["4100200300"],"visitTypeNames":["Illness"]}`), 200},
			{"POST", "/v1/availability/slots", []byte(`{"latitude":45.52,"longitude":-122.68,"visitTypeNames":["FluShot"]}`), 200},
			{"POST", "/v1/availability/slots", sample(t, "availability-slots.post.v1.replay.request.json"), 400},
		},
		people: {
			{"POST", "/v1/availability/providers", sample(t, "availability-providers.post.v1.request.json"), 200},
			{"POST", "/v1/availability/providers", []byte(`{"departmentIds":["4100200300"]}`), 200},
			{"POST", "/v1/availability/providers", []byte(`{}`), 400},
		},
	}
}

// visitCalls are calls about visits that have no slot; the visit is one that goes on.
func visitCalls(t *testing.T, visit string) map[string][]exchange {
	return map[string][]exchange{
		guest: {
			{"POST", guestPath, sample(t, "queued-guest-visit.v1.request.json"), 200},
			{"POST", guestPath, []byte(`{}`), 400},
			{"POST", guestPath, changed(t, "queued-guest-visit.v1.request.json", visits.GuestNoPatient, "patient", "email"), 500},
		},
		newVisit: {
			{"POST", "/api/9/visits", sample(t, "visits.v9.request.json"), 200},
			{"POST", "/api/9/visits", []byte(`{}`), 400},
			{"POST", "/api/9/visits", changed(t, "visits.v9.request.json", nil, "visitDetails", "visitReason"), 400},
			{"POST", "/api/9/visits", changed(t, "visits.v9.request.json", "HI", "visitDetails", "stateLicensure"), 409},
		},
		visitWait: {{"GET", "/api/9/visits/" + visit + "/waittime", nil, 200}, {"GET", "/api/9/visits/1/waittime", nil, 404}},
		terms:     {{"PUT", "/api/9/visits/" + visit + "/acceptTerms", nil, 200}, {"PUT", "/api/9/visits/1/acceptTerms", nil, 404}},
		summary:   {{"GET", "/api/9/visits/" + visit + "/summary", nil, 200}, {"GET", "/api/9/visits/1/summary", nil, 404}},
		regions:   {{"GET", "/api/9/regions/waittimes", nil, 200}, {"GET", "/api/9/regions/waittimes?regionCodes=WA&regionCodes=XX", nil, 200}},
		oneRegion: {{"GET", "/api/9/regions/IL/waittimes?visitTypeNames=phone&homeMarket=M", nil, 200}},
		qualifier: {{"GET", "/api/9/assignmentqualifiers", nil, 200}, {"GET", "/api/9/assignmentqualifiers?archived=true", nil, 200}},
		modality:  {{"GET", "/api/9/modalities?archived=true", nil, 200}},
		tokbox:    {{"POST", "/api/9/tokbox-events", []byte(`{"event":"connectionCreated"}`), 202}},
	}
}

func TestEveryPublishedOperationAnswersAsItsSchemaSays(t *testing.T) {
	docs := loadSchemas(t)
	tenant := newTenant(t)
	visit := at(decode(t, call(tenant, "POST", "/api/9/visits", sample(t, "visits.v9.request.json")).Body.Bytes()), "visitId").(string)
	slot := retailSlots(t, tenant)[0]
	tests := slotCalls(t, slot)
	maps.Copy(tests, visitCalls(t, visit))
	unseen := docs.names()
	for name, calls := range tests {
		for _, c := range calls {
			delete(unseen, c.method+" "+name)
			w := call(tenant, c.method, c.target, c.body)
			if w.Code != c.status {
				t.Errorf("%s: status %d, want %d: %s", c, w.Code, c.status, w.Body)
				continue
			}
			docs.conforms(t, name, c, w)
		}
	}
	for name := range unseen {
		t.Errorf("%s is published and was not called", name)
	}
}

func TestFaultsKeepTheDeclaredErrorShapes(t *testing.T) {
	docs := loadSchemas(t)
	calls := slotCalls(t, retailSlots(t, newTenant(t))[0])
	maps.Copy(calls, visitCalls(t, "1"))
	for name, list := range calls {
		for _, c := range list {
			for code := range docs.operation(name, c.method).Responses.Map() {
				if code < "400" {
					continue
				}
				tenant := newTenant(t, func(o *Options) { o.Faults = []string{"*:status=" + code} })
				w := call(tenant, c.method, c.target, c.body)
				if strconv.Itoa(w.Code) != code {
					t.Errorf("%s: status %d, want %s", c, w.Code, code)
				}
				docs.conforms(t, name, c, w)
			}
		}
	}
}

// breaking are the switches under which answers leave the published schemas on purpose. The others show what the schemas
// allow and the samples do not have.
const breaking = world.OddStarts | world.Unreadable | world.OddDurations | world.MissingZones | world.ByteOrderMark | world.NoContent | world.TextBooleans

func TestSomeSwitchesKeepThePublishedSchemasAndTheOthersBreakThem(t *testing.T) {
	docs := loadSchemas(t)
	calls := slotCalls(t, retailSlots(t, newTenant(t))[0])
	delete(calls, taken)
	delete(calls, released)
	for i, switched := range (world.Throughout | world.Unreadable).Names() {
		tenant, breach := untidyTenant(t, 1<<i), error(nil)
		for name, list := range calls {
			for _, c := range list {
				if err := docs.breach(name, c, call(tenant, c.method, c.target, c.body)); err != nil {
					breach = errors.Join(breach, err)
				}
			}
		}
		if want := breaking.Has(1 << i); want != (breach != nil) {
			t.Errorf("%s breaks the schemas: want %v, got %.2000v", switched, want, breach)
		}
	}
}
