package form

import "testing"

func TestAMismatchIsWordedForEachSurface(t *testing.T) {
	f := ClosedObject("name", Members{
		"name": &Form{Kind: IsText, Least: 2, Most: 3}, "kind": Word("a b"), "id": Formatted("uuid"), "at": Formatted("date-time"),
		"list": &Form{Kind: IsList, Items: Integer(1, 5), Most: 2}, "maybe": NullableText(0), "open": {}, "map": Map(Matching("^x+$")),
		"either": {OneOf: []*Form{Object("x", nil), Object("y", nil)}},
	})
	for body, want := range map[string][2]string{
		`{"name":"abc","maybe":null,"open":[1],"map":{"a":"xx"},"list":[1,5],"either":{"x":1}}`: {"", ""},
		`{`:                                     {"request body must be JSON", "/requestBody - must be JSON"},
		`{} {}`:                                 {"request body must be JSON", "/requestBody - must be JSON"},
		`[]`:                                    {"request body must be object", "/requestBody - must be object"},
		`{}`:                                    {"name is required", "/requestBody - must have required property 'name'"},
		`{"name":null}`:                         {"name must be string", "/requestBody/name - must be string"},
		`{"name":"é"}`:                          {"name must NOT have fewer than 2 characters", "/requestBody/name - must NOT have fewer than 2 characters"},
		`{"name":"ééé","kind":"c"}`:             {"kind must be equal to one of the allowed values", "/requestBody/kind - must be equal to one of the allowed values"},
		`{"name":"abc","id":"1"}`:               {`id must match format "uuid"`, `/requestBody/id - must match format "uuid"`},
		`{"name":"abc","at":"2030-03-04"}`:      {`at must match format "date-time"`, `/requestBody/at - must match format "date-time"`},
		`{"name":"abc","list":[1,6]}`:           {"list.1 must be within 1 and 5", "/requestBody/list/1 - must be within 1 and 5"},
		`{"name":"abc","list":[1.5]}`:           {"list.0 must be integer", "/requestBody/list/0 - must be integer"},
		`{"name":"abc","list":[1,1,1]}`:         {"list must NOT have more than 2 items", "/requestBody/list - must NOT have more than 2 items"},
		`{"name":"abc","either":{"x":1,"y":1}}`: {"either must match exactly one schema in oneOf", "/requestBody/either - must match exactly one schema in oneOf"},
		`{"name":"abc","map":{"a":"x","b":1}}`:  {"map.b must be string", "/requestBody/map/b - must be string"},
		`{"name":"abc","map":{"a":"y"}}`:        {`map.a must match pattern "^x+$"`, `/requestBody/map/a - must match pattern "^x+$"`},
		`{"name":"abc","more":1}`:               {"request body must NOT have additional properties: more", "/requestBody - must NOT have additional properties: more"},
	} {
		var into struct{}
		wrong := f.Read([]byte(body), &into)
		if want[0] == "" {
			if wrong != nil {
				t.Errorf("%s: %s", body, wrong)
			}
		} else if wrong.Error() != want[0] || wrong.AtPath() != want[1] {
			t.Errorf("%s:\n%s\n%s", body, wrong, wrong.AtPath())
		}
	}
}
