package acme

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"timeslots/internal/acme/form"
)

// mutants are documents that differ from the given one in one place: a member gone, a value of another type, of
// a word that nobody knows, out of range, null, or a member too many.
func mutants(doc any) map[string]any {
	out := map[string]any{}
	var walk func(path string, v any, put func(any) any)
	walk = func(path string, v any, put func(any) any) {
		for _, other := range []any{
			nil, true, "?", 0.0, 1.5, []any{}, []any{1.0}, map[string]any{},
		} {
			out[fmt.Sprintf("%s = %.20v (%T)", path, other, other)] = put(other)
		}
		switch x := v.(type) {
		case map[string]any:
			with := func(name string, value any) any {
				m := maps.Clone(x)
				m[name] = value
				return put(m)
			}
			out[path+" + unknown"] = with("unknown", 1.0)
			for name, member := range x {
				less := maps.Clone(x)
				delete(less, name)
				out[path+" - "+name] = put(less)
				walk(path+"."+name, member, func(v any) any { return with(name, v) })
			}
		case []any:
			if len(x) > 0 {
				walk(path+"[0]", x[0], func(v any) any { return put(append([]any{v}, x[1:]...)) })
			}
		}
	}
	walk("body", doc, func(v any) any { return v })
	return out
}

// wholeBodies are requests with as many members as the documents know, each accepted.
func wholeBodies(t *testing.T, tenant *Tenant) map[string][]any {
	read := func(texts ...string) (out []any) {
		for _, text := range texts {
			out = append(out, decode(t, []byte(text)))
		}
		return out
	}
	const (
		filters = `"radius":10,"clinicTypes":["Retail"],"departmentIds":[],"ehrInstances":["org.acme.ehr.main"],"gender":"F",
			"specialty":"Pediatrics","patient":{"patientId":"1","patientIdType":"MRN","ehrInstance":"org.acme.ehr.main"}`
		more    = `,"clinicianNPIs":["9000000017"],"newOrEstablishedPatient":"newPatient","startDate":"2030-03-08","endDate":"2030-03-10"`
		actor   = `{"firstName":"A","lastName":"B","phone":"1","gender":"other","dateOfBirth":"1990-01-02","email":"a@example.org"}`
		insured = `"paymentMethod":"insurance","insuranceType":"manual","insuranceProviderId":"1","insuranceMemberId":"2","insuranceGroupNumber":null`
		other   = `{` + insured + `,"declaration":"other","firstName":"A","lastName":"B","gender":"male","dateOfBirth":"1990-01-02"}`
	)
	noDepartments := strings.Replace(filters, `"departmentIds":[],`, "", 1)
	withBilling := func(name, billing string) any {
		doc := decode(t, sample(t, name)).(map[string]any)
		doc["billingInfo"], doc["actor"] = decode(t, []byte(billing)), decode(t, []byte(actor))
		doc["additionalDetails"] = []any{map[string]any{"key": "k", "value": "v"}}
		return doc
	}
	both := func(name string, more map[string]string) []any {
		full := withBilling(name, other).(map[string]any)
		for section, text := range more {
			maps.Copy(full[section].(map[string]any), decode(t, []byte(text)).(map[string]any))
		}
		return []any{
			decode(t, sample(t, name)), full, withBilling(name, `{`+insured+`,"declaration":"self"}`),
			withBilling(name, `{"paymentMethod":"creditcard","stripeToken":"tok"}`),
			withBilling(name, `{"paymentMethod":"couponcode","couponCode":"c"}`),
		}
	}
	return map[string][]any{
		search:   read(`{"startDate":"2030-03-08","endDate":"2030-03-09","visitTypeNames":["FollowUp"],"criteriaItems":[{"npi":"9000000017","ehrInstance":"org.acme.ehr.main","departmentId":"4100200410"}]}`),
		taken:    {decode(t, slotEventBody(t, takenSample, retailSlots(t, tenant)[0]))},
		released: {decode(t, slotEventBody(t, releasedSample, retailSlots(t, tenant)[0]))},
		area: read(`{"latitude":47.6,"longitude":-122.3,"visitTypeNames":["Illness"],`+noDepartments+more+`}`,
			`{"postalCode":"98000","visitTypeNames":["Illness"],`+noDepartments+more+`}`,
			`{"departmentIds":["4100200300"],"visitTypeNames":["Illness"],`+noDepartments+more+`}`),
		people: read(`{"latitude":47.6,"longitude":-122.3,"visitTypeNames":["Illness"],"sortBy":"nextAvailable",`+noDepartments+`}`,
			`{"postalCode":"98000",`+noDepartments+`}`, `{"departmentIds":["4100200300"],"visitTypeNames":[],`+noDepartments+`}`),
		guest:    both("queued-guest-visit.v1.request.json", optionalGuest),
		newVisit: both("visits.v9.request.json", optionalVisit),
	}
}

const guestPath = "/v1/booking/queued-guest-visit?product=DCIntSched"

// The members that the samples leave out, by section of the body.
var optionalGuest = map[string]string{
	"patient": `{"middleName":"M","suffixName":"Jr.","ssn":"1234"}`,
	"actor":   `{"middleName":"M","suffixName":"Jr.","relationshipToPatient":"Mother"}`,
	"visitDetails": `{"assessmentToolUsed":"a","attributionIds":"b","assignmentQualifiers":["adult"],"declaration":"other",
		"interpreterLanguage":"ase","traveling":true,"urgency":1,"initialStatus":"requested","detectedLanguage":"en-US",
		"scheduledDepartment":{"scheduledDepartmentId":"1","scheduledEhr":"org.acme.ehr.main"}}`,
}

var optionalVisit = map[string]string{
	"patient":     `{"homeMarket":"M"}`,
	"actor":       `{"middleName":"M","nameSuffix":"Jr.","relationshipToPatient":"Mother","ehrIdentifier":"1","ehrIdentifierType":"MRN","homeEhr":"M"}`,
	"billingInfo": `{"insurancePayorId":null,"insurancePayorName":"p","insuranceSubscriberId":"s"}`,
	"visitDetails": `{"appointmentId":null,"appointmentTime":null,"assessmentToolUsed":"a","assignmentQualifiers":["adult"],"attributionIds":"b",
		"brand":"Acme","detectedLanguage":"en","interpreterLanguage":"ase","initialStatus":"waitoffline","origin":"agent",
		"documents":[{"documentType":"insurance_card","face":"front","uri":"u","mimeType":"m"}],"preTriageTags":["t"],
		"practiceId":"66666666-aaaa-4bbb-8ccc-000000000600","requiresRegistration":true,"traveling":false,"urgency":0,"userType":"guest",
		"scheduledDepartment":{"scheduledDepartmentId":"1","scheduledEhr":"e"}}`,
}

var bodyTargets = map[string]string{
	search: "/v5/slots/search", taken: "/v5/slots/slot-taken", released: "/v5/slots/slot-released", area: "/v1/availability/slots",
	people: "/v1/availability/providers", guest: guestPath, newVisit: "/api/9/visits",
}

// stricter are refusals by meaning of what the schema lets pass: dates that are none, ids that nobody has, a proxy who is
// not named, an empty list as the only place.
var stricter = []string{
	"startDate", "endDate", "postalCode", "npi", "departmentId", "visitTypeId", "ehrInstance", "patientGuid", "stateLicensure",
	"scheduledEhr", "- actor",
}

func TestWhatASchemaRefusesIsRefusedAndNothingElse(t *testing.T) {
	docs := loadSchemas(t)
	tenant := newTenant(t, func(o *Options) { o.Departments, o.Providers, o.Lookahead = 9, 20, 10 })
	for name, bodies := range wholeBodies(t, tenant) {
		schema := docs.operation(name, "POST").RequestBody.Value.Content.Get("application/json").Schema.Value
		refused, accepted := 0, 0
		for i, whole := range bodies {
			if w := call(tenant, "POST", bodyTargets[name], whole); w.Code >= 300 {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
			all := mutants(whole)
			for _, what := range slices.Sorted(maps.Keys(all)) {
				if i > 1 && strings.HasPrefix(name, "visit") && !strings.Contains(what, "billingInfo") {
					continue // the same as in the first two
				}
				text, _ := json.Marshal(all[what])
				w := call(tenant, "POST", bodyTargets[name], text)
				byMeaning := slices.ContainsFunc(stricter, func(s string) bool { return strings.Contains(what, s) })
				err := schema.VisitJSON(all[what], openapi3.EnableFormatValidation(), openapi3.VisitAsRequest(), openapi3.FailFast())
				switch {
				case err != nil && w.Code != 400:
					t.Errorf("%s: %s: %d, but the schema refuses it", name, what, w.Code)
				case err == nil && w.Code >= 300 && !byMeaning:
					t.Errorf("%s: %s: %d %s, but the schema has nothing against it", name, what, w.Code, w.Body)
				case err != nil:
					refused++
					docs.conforms(t, name, exchange{method: "POST", target: what}, w)
				default:
					accepted++
				}
			}
		}
		if refused < 20 || accepted < 1 {
			t.Errorf("%s: %d refused, %d accepted: too few to tell", name, refused, accepted)
		}
	}
}

func TestQueriesThatAreMissingOrWrongAreRefused(t *testing.T) {
	tenant := newTenant(t)
	for name, tt := range map[string]struct {
		target          string
		code            any      // in the body
		form, byMeaning []string // what the schema refuses, and what it does not
	}{
		single: {"/v5/providers/9000000017/timeslots", 500201.0, []string{
			"daysOfSlots=0", "daysOfSlots=1.5", "daysOfSlots=x", "startDate=2030-3-4", "startDate=2030-03-04T09:30", "endDate=tomorrow",
			"endDate=2030-03-04T09:30:00.000Z", "newOrEstablishedPatient=any", "startDate=", "newOrEstablishedPatient=",
			"startDate=2030-03-04T09:00:00", "startDate=2030-02-30",
		}, []string{
			"departmentEmrId=4100200410", "departmentUrlName=x&departmentEmrSystemId=y", "startDate=2030-03-02", "endDate=2030-06-03",
			"startDate=2030-06-03", "startDate=2030-03-10&endDate=2030-03-09",
		}},
		area: {"/v1/availability/slots", 40001.0, []string{
			"", "latitude=47&longitude=-122", "daysOfSlots=0&npis=1", "daysOfSlots=x&npis=1", "daysOfSlots=1&latitude=91&longitude=0",
			"daysOfSlots=1&latitude=0&longitude=-181", "daysOfSlots=1&latitude=x&longitude=0", "daysOfSlots=1&npis=",
			"daysOfSlots=1&departmentEmrIds=", "daysOfSlots=1&npis=1&ehrInstances=", "daysOfSlots=1&npis=1&gender=",
			"daysOfSlots=1&npis=1&specialty=", "daysOfSlots=1&npis=1&userTimezone=", "daysOfSlots=1&npis=1&product=",
			"daysOfSlots=1&postalCode=9800", "daysOfSlots=1&postalCode=98000-1", "daysOfSlots=1&postalCode=98000&radius=0",
			"daysOfSlots=1&postalCode=98000&radius=101", "daysOfSlots=1&postalCode=98000&radius=2.5", "daysOfSlots=1&npis=1&startDate=2030-13-01",
			"daysOfSlots=1&npis=1&endDate=2030-03-32", "daysOfSlots=1&npis=1&startDate=2030-03-04T00:00:00Z",
			"daysOfSlots=1&npis=1&newOrEstablishedPatient=any",
		}, []string{"daysOfSlots=3", "daysOfSlots=3&latitude=47", "daysOfSlots=3&npis=1&endDate=2031-03-04", "daysOfSlots=3&npis=1&userTimezone=Local"}},
		regions:   {"/api/9/regions/waittimes", nil, []string{"practiceId=1"}, nil},
		oneRegion: {"/api/9/regions/WA/waittimes", nil, []string{"practiceId=x"}, nil},
		qualifier: {"/api/9/assignmentqualifiers", nil, []string{"archived=perhaps"}, nil},
		modality:  {"/api/9/modalities", nil, []string{"archived=2"}, nil},
	} {
		for _, query := range slices.Concat(tt.form, tt.byMeaning) {
			w := call(tenant, "GET", tt.target+"?"+query, nil)
			if w.Code != 400 || at(decode(t, w.Body.Bytes()), "errorCode") != tt.code {
				t.Errorf("GET %s?%s: %d %s", tt.target, query, w.Code, w.Body)
			}
		}
		t.Run(name, func(t *testing.T) {
			docs := loadSchemas(t)
			for _, query := range tt.form {
				if docs.validate(name, tt.target+"?"+query) == nil {
					t.Errorf("GET %s?%s: the schema has nothing against it", tt.target, query)
				}
			}
		})
	}
}

// validate checks the parameters of a GET against the published ones.
func (p published) validate(name, target string) error {
	document, path, _ := strings.Cut(name, " ")
	r := httptest.NewRequest("GET", target, nil)
	item := p[document].Paths.Find(path)
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: map[string]string{"npid": "1", "regionCode": "WA"},
		Route: &routers.Route{Spec: p[document], Path: path, PathItem: item, Method: "GET", Operation: item.Get},
	})
}

func FuzzABodyIsReadOrRefusedWithAReason(f *testing.F) {
	for _, name := range []string{
		"availability-slots.post.v1.request.json", "availability-providers.post.v1.request.json", "queued-guest-visit.v1.request.json",
		"visits.v9.request.json", "slots-search.v5.request.json", "slot-taken.v5.request.json", "patient-other.v1.request.json",
	} {
		f.Add(string(sample(f, name)))
	}
	f.Add(`{"searchContext":"x"}`)
	f.Add(`null`)
	forms := formsOf(newTenant(f))
	f.Fuzz(func(t *testing.T, body string) {
		for name, form := range forms {
			var into any
			switch wrong := form.Read([]byte(body), &into); {
			case wrong != nil && (wrong.Error() == "" || wrong.AtPath() == ""):
				t.Fatalf("%s refuses %q without a word", name, body)
			case wrong == nil && !json.Valid([]byte(body)):
				t.Fatalf("%s accepts %q", name, body)
			}
		}
	})
}

// formsOf are the forms of a tenant's operations.
func formsOf(tenant *Tenant) map[string]*form.Form {
	out := map[string]*form.Form{}
	for _, rt := range tenant.routes {
		if rt.BodyForm != nil {
			out[rt.Name] = rt.BodyForm
		}
	}
	return out
}
