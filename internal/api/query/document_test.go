package query

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestTheDocumentListsTheParametersThatTheParserReads(t *testing.T) {
	d, err := openapi3.NewLoader().LoadFromFile("../reference/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	for path, table := range map[string][]parameter{"/v1/timeslots": parameters, "/v1/next-available": entryParameters} {
		var described, read []string
		for _, p := range d.Paths.Find(path).Get.Parameters {
			if p.Value.In == "query" {
				described = append(described, p.Value.Name)
			}
		}
		for _, p := range table {
			read = append(read, p.name)
		}
		if !slices.Equal(described, read) {
			t.Errorf("%s: described %v, read %v", path, described, read)
		}
	}
}
