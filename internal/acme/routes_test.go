package acme

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"timeslots/internal/acme/wire"
)

// documented is a line of the package comment's table: name, groups, method, the rest.
var documented = regexp.MustCompile(`(?m)^//\t([a-z0-9-]+) +([a-z][a-z -]*?) +(GET|POST|PUT|DELETE) +/`)

func TestThePackageCommentListsEveryOperationWithItsGroups(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]string{}, map[string]string{}
	for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
		got[m[1]] = m[3] + " " + m[2]
	}
	for _, rt := range newTenant(t).routes {
		want[rt.Name] = rt.Method + " " + strings.Join(rt.Groups, " ")
	}
	same(t, want, got)
}

func TestPathsNobodyServesGetTheGatewaysBody(t *testing.T) {
	tenant := newTenant(t)
	want := decode(t, sample(t, "errors/gateway-404.json")).(map[string]any)
	for _, c := range []struct{ method, target string }{
		{"GET", "/"}, {"GET", "/v4/departments/"}, {"POST", "/v4/departments"}, {"GET", "/v9/departments"},
		{"GET", "/v4//departments"}, {"GET", "/api/6/visits/retail"}, {"GET", "/v4/departments/x/y/departmentInfo"},
	} {
		w := call(tenant, c.method, c.target, nil)
		got := decode(t, w.Body.Bytes()).(map[string]any)
		if w.Code != 404 || got["message"] != want["message"] || len(got["request_id"].(string)) != 32 {
			t.Errorf("%s %s: %d %s", c.method, c.target, w.Code, w.Body)
		}
	}
}

func FuzzNoPathFindsAWrongRouteOrPanics(f *testing.F) {
	for _, path := range []string{"/v4/departments", "/v1/providers/a%7Cb", "/v1/providers/%zz", "//", "", "/v4/departments/a%2Fb/departmentInfo"} {
		f.Add(path)
	}
	table := newTenant(f).routes
	f.Fuzz(func(t *testing.T, path string) {
		rt, args := match(table, wire.EveryBase, "GET", path)
		if rt == nil {
			return
		}
		if strings.Count(strings.Join(rt.Pattern, "/"), "/") != strings.Count(path, "/") {
			t.Fatalf("%q matched %v", path, rt.Pattern)
		}
		for _, a := range args {
			if a == "" {
				t.Fatalf("%q gave an empty argument", path)
			}
		}
	})
}
