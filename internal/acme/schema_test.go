package acme

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemas is where the published documents lie when they are there: beside the repository, not inside.
const schemas = "../../../shared/dexcare/openapi"

func loadSchema(t *testing.T, name string) *openapi3.T {
	t.Helper()
	path := filepath.Join(schemas, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("the published schemas are not beside the repository")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// responseSchema is the schema of an operation's JSON answer, nil when the status declares no body.
func responseSchema(t *testing.T, doc *openapi3.T, operation string, status int) *openapi3.Schema {
	t.Helper()
	method, path, _ := strings.Cut(operation, " ")
	response := doc.Paths.Find(path).GetOperation(method).Responses.Value(strconv.Itoa(status))
	if response == nil {
		t.Fatalf("%s %s declares no status %d", method, path, status)
	}
	media := response.Value.Content.Get("application/json")
	if media == nil {
		return nil
	}
	return media.Schema.Value
}

func TestAnswersAreWhatThePublishedSchemasSay(t *testing.T) {
	const (
		single = "/providers/{npid}/timeslots"
		search = "/slots/search"
		area   = "/availability/slots"
		taken  = "/slots/slot-taken"
	)
	tests := []struct {
		document, path, method, target string
		body                           any
		status                         int
	}{
		{"slots-availability.yml", single, "GET", "/v5/providers/9000000017/timeslots", nil, 200},
		{"slots-availability.yml", single, "GET", "/v5/providers/9000000041/timeslots?startDate=2030-03-05T09:30:00-08:00", nil, 200},
		{"slots-availability.yml", single, "GET", "/v5/providers/9000000108/timeslots?startDate=2030-03-12&daysOfSlots=3", nil, 200},
		{"slots-availability.yml", single, "GET", "/v5/providers/9000000017/timeslots?visitTypeName=None", nil, 200},
		{"slots-availability.yml", single, "GET", "/v5/providers/9000000017/timeslots?startDate=soon", nil, 400},
		{"slots-availability.yml", single, "GET", "/v5/providers/1/timeslots", nil, 404},
		{"slots-availability.yml", search, "POST", "/v5/slots/search", map[string]any{"criteriaItems": []any{map[string]any{"npi": "9000000017"}}}, 200},
		{"slots-availability.yml", search, "POST", "/v5/slots/search", map[string]any{"criteriaItems": []any{map[string]any{"npi": "1"}}}, 200},
		{"slots-availability.yml", search, "POST", "/v5/slots/search", map[string]any{"criteriaItems": []any{}}, 400},
		{"slots-availability.yml", taken, "POST", "/v5/slots/slot-taken", map[string]any{}, 400},
		{"care-options.yml", area, "GET", "/v1/availability/slots?latitude=47.61&longitude=-122.33&daysOfSlots=3", nil, 200},
		{"care-options.yml", area, "GET", "/v1/availability/slots?postalCode=10000&daysOfSlots=30&userTimezone=Asia/Tokyo", nil, 200},
		{"care-options.yml", area, "GET", "/v1/availability/slots?departmentEmrIds=4100200410&daysOfSlots=3", nil, 200},
		{"care-options.yml", area, "GET", "/v1/availability/slots?npis=1&daysOfSlots=3", nil, 200},
		{"care-options.yml", area, "GET", "/v1/availability/slots?daysOfSlots=3", nil, 400},
	}
	tenant := newTenant(t)
	documents := map[string]*openapi3.T{}
	for _, name := range []string{"slots-availability.yml", "care-options.yml"} {
		documents[name] = loadSchema(t, name)
	}
	for _, tt := range tests {
		schema := responseSchema(t, documents[tt.document], tt.method+" "+tt.path, tt.status)
		w := call(tenant, tt.method, tt.target, tt.body)
		if w.Code != tt.status {
			t.Errorf("%s %s: status %d, want %d: %s", tt.method, tt.target, w.Code, tt.status, w.Body)
			continue
		}
		if err := schema.VisitJSON(decode(t, w.Body.Bytes()), openapi3.EnableFormatValidation()); err != nil {
			t.Errorf("%s %s: %v", tt.method, tt.target, err)
		}
	}
}

func TestFaultsKeepTheDeclaredErrorShapes(t *testing.T) {
	tests := []struct {
		document, path, target string
		status                 int
	}{
		{"slots-availability.yml", "/providers/{npid}/timeslots", "/v5/providers/9000000017/timeslots", 401},
		{"slots-availability.yml", "/providers/{npid}/timeslots", "/v5/providers/9000000017/timeslots", 500},
		{"care-options.yml", "/availability/slots", "/v1/availability/slots?npis=1&daysOfSlots=3", 400},
		{"care-options.yml", "/availability/slots", "/v1/availability/slots?npis=1&daysOfSlots=3", 500},
	}
	for _, tt := range tests {
		schema := responseSchema(t, loadSchema(t, tt.document), "GET "+tt.path, tt.status)
		tenant := newTenant(t, func(o *Options) { o.Faults = []string{"*:status=" + strconv.Itoa(tt.status)} })
		w := call(tenant, "GET", tt.target, nil)
		switch {
		case w.Code != tt.status:
			t.Errorf("GET %s: status %d, want %d", tt.target, w.Code, tt.status)
		case schema == nil && w.Body.Len() > 0:
			t.Errorf("GET %s: status %d has a body: %s", tt.target, tt.status, w.Body)
		case schema != nil:
			if err := schema.VisitJSON(decode(t, w.Body.Bytes())); err != nil {
				t.Errorf("GET %s: status %d: %v", tt.target, tt.status, err)
			}
		}
	}
}
