package dropin

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// asked reads a question of a route, or fails where the error is none that a request can cause.
func asked(t *testing.T, route *Route, rawQuery, body string) Question {
	t.Helper()
	r := httptest.NewRequest(route.Methods()[0], "/", strings.NewReader(body))
	r.URL.RawQuery = rawQuery
	q, err := route.Read(r, "9000000017")
	if err != nil && !errors.Is(err, ErrBodyTooLarge) {
		t.Fatalf("%s?%q %q: %v", route.Path, rawQuery, body, err)
	}
	return q
}

// FuzzAQueryIsKeptWholeOrHasNoKey: nothing is dropped, and another order is the same question.
func FuzzAQueryIsKeptWholeOrHasNoKey(f *testing.F) {
	for _, seed := range []string{
		"", "regionCodes[]=WA&regionCodes%5B%5D=OR&product=healthconnect-iOS", "homeMarket=a%26b&practiceId=x", "brand=Acme&brand=Acme",
		"visitTypeNames=a,b&npis=9000000017,9000000025&daysOfSlots=2", "latitude=47.61&longitude=-1e2&radius=5", "x=a;b", "%zz", "startDate=2026-11-30&endDate=",
		"visitTypeName=b&visitTypeName=a&visitTypeName=b", "[]=1", "product[]=x", "regionCodes[]=a&regionCodes=b",
	} {
		f.Add(seed, uint64(1))
	}
	routes := Routes(2)
	f.Fuzz(func(t *testing.T, rawQuery string, seed uint64) {
		for _, route := range routes {
			q := asked(t, route, rawQuery, "{}")
			if q.Oddity != "" {
				continue
			}
			values, err := url.ParseQuery(rawQuery)
			if err != nil {
				t.Fatalf("%q cannot be read, and has a key", rawQuery)
			}
			if !route.Post {
				keepsAll(t, values, asked(t, route, "", "").Key.Params, q)
			}
			pairs := strings.Split(values.Encode(), "&") // in another order of names, which keeps that of values
			if again := asked(t, route, strings.Join(byName(pairs, seed), "&"), "{}"); again.Key != q.Key {
				t.Errorf("%s?%q is %+v, and in another order %+v", route.Path, rawQuery, q.Key, again.Key)
			}
		}
	})
}

// keepsAll wants each parameter in the key, but for the product. A read that a search makes in the same words has the search's key.
func keepsAll(t *testing.T, values url.Values, none string, q Question) {
	t.Helper()
	kept, err := url.ParseQuery(q.Key.Params)
	if err != nil {
		t.Fatalf("%+v: %v", q.Key, err)
	}
	for name, given := range values {
		name = strings.TrimSuffix(name, "[]")
		if name == "product" || name == "visitTypeName" && q.Key.VisitType == given[0] {
			continue
		}
		if len(kept[name]) == 0 {
			t.Errorf("%v is %+v, without %s", values, q.Key, name)
		}
	}
	if len(values) == 0 && q.Key.Params != none {
		t.Errorf("nothing is asked, and the key is %+v", q.Key)
	}
}

// byName shuffles the names; pairs of one name stay in their order.
func byName(pairs []string, seed uint64) (out []string) {
	groups := map[string][]string{}
	var names []string
	for _, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], pair)
	}
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names {
		out = append(out, groups[name]...)
	}
	return out
}

// FuzzABodyIsKeptWholeOrHasNoKey: what a key says of a body is what the body says, however it was written.
func FuzzABodyIsKeptWholeOrHasNoKey(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, ``, `null`, `{"criteriaItems":[{"npi":"9000000017"}]}`, `{"latitude":47.611111,"longitude":-1e400,"visitTypeNames":["b","a","b"]}`,
		`{"startDate":"2026-11-30T16:21:07.483Z","clinicType":["Retail"],"searchContext":"x"}`, `{"patient":{}}`, `{"PATIENT":1}`, `{"a":1}{"b":2}`,
		`{"radius":5,"radius":6,"r\u0061dius":7}`, `{"criteriaItems":[{"npi":"1","npi":"2"}]}`, `{"departmentIds":["a\/b"," "]}`, `{"criteriaItems":[{"npi":"1","x":1}]}`,
	} {
		f.Add(seed)
	}
	routes := Routes(2)
	f.Fuzz(func(t *testing.T, body string) {
		for _, route := range routes {
			if route.body == nil {
				continue
			}
			q := asked(t, route, "", body)
			if len(body) <= maxReadBody && string(q.Body) != body {
				t.Fatalf("the body that would pass through is %q, want %q", q.Body, body)
			}
			if q.Oddity != "" || q.Personal {
				continue
			}
			if len(body) > maxReadBody {
				return
			}
			var given, kept map[string]json.RawMessage
			if err := json.Unmarshal([]byte(body), &given); err != nil {
				t.Fatalf("%q has the key %q: %v", body, q.Key.Params, err)
			}
			again := asked(t, route, "", q.Key.Params)
			if again.Key != q.Key || again.Oddity != "" {
				t.Errorf("%q is %q, which is %q (%s)", body, q.Key.Params, again.Key.Params, again.Oddity)
			}
			if err := json.Unmarshal([]byte(q.Key.Params), &kept); err != nil || len(kept) != len(given) {
				t.Errorf("%q is %q: %v", body, q.Key.Params, err)
			}
		}
	})
}
