package acme

import (
	"encoding/json"
	"testing"

	"timeslots/internal/acme/form"
)

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
