package booking

import (
	"bytes"
	"encoding/json"
)

// longestName bounds what is taken from a body as a slot id or an NPI: these end up in the ledger, on every replica.
const longestName = 512

// named is what a booking says about its slot (CONTRACT §8): the only fields of a body that are looked at.
type named struct {
	slotID text
	npi    text
}

// slotNames finds the slot in a body. The body need not be sound: what was found before the first fault counts,
// because it is upstream that decides whether the booking stands.
//
// It walks the tokens rather than fill a struct, because encoding/json matches names without regard to case: with
// {"slotId":"A","slotid":"B"} upstream books A, and B would be hidden.
func slotNames(body sealed) named {
	var found named
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body.b, []byte("\ufeff"))))
	_ = walk(dec, func(name string) error { // a fault ends the walk
		if name != "visitDetails" {
			return dec.Decode(&skipped{})
		}
		found = named{} // a repeated name: the last one counts, as for most readers of JSON
		return walk(dec, func(name string) error {
			switch name {
			case "slotId":
				return dec.Decode(&found.slotID)
			case "nationalProviderId":
				return dec.Decode(&found.npi)
			default:
				return dec.Decode(&skipped{})
			}
		})
	})
	return found
}

// walk calls member for each name of the object that comes next; member reads the value. A value that is no object is
// passed over.
func walk(dec *json.Decoder, member func(name string) error) error {
	open, err := dec.Token()
	if err != nil {
		return err
	}
	if open == json.Delim('[') {
		return skipRest(dec)
	}
	if open != json.Delim('{') {
		return nil
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if err := member(name.(string)); err != nil { // the decoder gives strings only here
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func skipRest(dec *json.Decoder) error {
	for dec.More() {
		if err := dec.Decode(&skipped{}); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

// skipped takes any value and keeps nothing.
type skipped struct{}

func (*skipped) UnmarshalJSON([]byte) error { return nil }

// text takes a string, or a number as it is written; anything else, and what is too long to be a name, is empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	if len(b) > longestName {
		return nil
	}
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	if b[0] == '-' || b[0] >= '0' && b[0] <= '9' {
		*t = text(b)
	}
	return nil
}
