package dropin

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAFieldThatIsNamedTwiceIsForUpstreamToJudge(t *testing.T) {
	for body, want := range map[string]Oddity{
		`{"radius":5,"postalCode":"98000"}`:                  "",
		`{"radius":5,"radius":6}`:                            OddValue,
		`{"radius":5,"r\u0061dius":6}`:                       OddValue,
		`{"departmentIds":[{"a":1,"a":2}]}`:                  OddValue,
		`{"departmentIds":["1","2"],"ehrInstances":["a/b"]}`: "",
	} {
		for _, route := range Routes(2) {
			if route.Path != "/v1/availability/slots" || !route.Post {
				continue
			}
			if q := asked(t, route, "", body); q.Oddity != want {
				t.Errorf("%s is %q, want %q", body, q.Oddity, want)
			}
		}
	}
}

func TestABodyThatIsSaidToBeNoJSONIsForUpstreamToJudge(t *testing.T) {
	for contentType, want := range map[string]Oddity{
		"": "", "application/json": "", "Application/JSON; charset=utf-8": "",
		"text/plain": OddValue, "application/x-www-form-urlencoded": OddValue, ";": OddValue,
	} {
		for _, route := range Routes(2) {
			if !route.Post {
				continue
			}
			r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
			if contentType != "" {
				r.Header.Set("Content-Type", contentType)
			}
			if q, err := route.Read(r, ""); err != nil || q.Oddity != want || string(q.Body) != "{}" {
				t.Errorf("%s as %q is %+v, %v", route.Path, contentType, q, err)
			}
		}
	}
}

// Operators find in the counter what the cache should learn; what else was wrong with the request does not hide it.
func TestAnUnknownParameterIsNamedWhateverElseIsOdd(t *testing.T) {
	for _, tt := range []struct {
		query, body, domain string
		want                Oddity
	}{
		{"utm=1", `{"startDate":"soon"}`, "", UnknownParameter},
		{"utm=1", `no JSON`, "", UnknownParameter},
		{"utm=1", `{"radius":1,"radius":2}`, "", UnknownParameter},
		{"utm=1&a=%zz", `{}`, "", UnknownParameter},
		{"utm=1&product=a&product=b", `{}`, "", UnknownParameter},
		{"utm=1", `{}`, "not a domain", UnknownParameter},
		{"product=a&product=b", `{"utm":1}`, "", UnknownParameter},
		{"product=a&product=b", `{}`, "", OddValue},
		{"a=%zz", `{}`, "", OddValue},
		{"", `{"utm":1,"startDate":"soon","endDate":"later"}`, "", UnknownParameter},
		{"", `{"startDate":"soon"}`, "", OddValue},
		{"", `{}`, "", ""},
	} {
		for range 20 { // maps have no order
			for _, route := range Routes(2) {
				if !route.Post {
					continue
				}
				r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
				r.URL.RawQuery = tt.query
				if tt.domain != "" {
					r.Header.Set("domain", tt.domain)
				}
				if strings.Contains(tt.body, "radius") && route.Path == "/v5/slots/search" {
					continue
				}
				if q, err := route.Read(r, ""); err != nil || q.Oddity != tt.want {
					t.Fatalf("%s?%s %s is %q (%v), want %q", route.Path, tt.query, tt.body, q.Oddity, err, tt.want)
				}
			}
		}
	}
	r := httptest.NewRequest("GET", "/?onlyActive=perhaps&utm=1", nil)
	for range 20 {
		if q, _ := Departments().Read(r, ""); q.Oddity != UnknownParameter {
			t.Fatalf("%q", q.Oddity)
		}
	}
}
