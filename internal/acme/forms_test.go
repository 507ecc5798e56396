package acme

import (
	"encoding/json"
	"testing"
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
			switch wrong := form.read([]byte(body), &into); {
			case wrong.found() && (wrong.String() == "" || wrong.pointed() == ""):
				t.Fatalf("%s refuses %q without a word", name, body)
			case !wrong.found() && !json.Valid([]byte(body)):
				t.Fatalf("%s accepts %q", name, body)
			}
		}
	})
}

// formsOf are the forms of a tenant's operations.
func formsOf(tenant *Tenant) map[string]*form {
	out := map[string]*form{}
	for _, rt := range tenant.routes {
		if rt.form != nil {
			out[rt.name] = rt.form
		}
	}
	return out
}
