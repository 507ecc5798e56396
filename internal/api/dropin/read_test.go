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
