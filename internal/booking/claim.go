package booking

import (
	"bytes"
	"encoding/json"
	"time"

	"timeslots/internal/timeslot"
)

// longestName bounds what is taken from a body as a name: names end up in the ledger, on every replica.
const longestName = 512

// named is what a booking says about its slot (docs/dexcare.md §8): the only fields of a body that are looked at.
type named struct {
	slotID, npi, ehr, department text
}

// slotNames finds the slot in a booking's body. The body need not be sound: what was found before the first fault
// counts, because it is upstream that decides whether the booking stands.
//
// It walks the tokens rather than fill a struct, because encoding/json matches names without regard to case: with
// {"slotId":"A","slotid":"B"} upstream books A, and B would be hidden.
func slotNames(body sealed) named {
	var found named
	dec := body.decoder()
	_ = walk(dec, func(name string) error { // a fault ends the walk
		if name != "visitDetails" {
			return dec.Decode(&skipped{})
		}
		found = named{} // a repeated name: the last one counts, as for most readers of JSON
		return pick(dec, map[string]*text{
			"slotId": &found.slotID, "nationalProviderId": &found.npi,
			"ehrSystemName": &found.ehr, "departmentId": &found.department,
		})
	})
	return found
}

// claims are two views of the slot: claim is what marks in the ledger are about, and around is where it is, also when the
// body names no slot. Either says no more than the body.
func (n named) claims() (claim, around timeslot.Claim) {
	around = timeslot.Claim{
		Identity: timeslot.Identity{EHRInstance: string(n.ehr), DepartmentID: string(n.department)},
		SlotID:   string(n.slotID), NPI: string(n.npi),
	}
	if n.slotID == "" {
		return timeslot.Claim{}, around // a place alone is no slot
	}
	return around, around
}

// eventClaim is the slot that slot-taken and slot-released speak of (docs/dexcare.md §7.6). Unlike a booking they say
// everything about it; its Start is 0 when the body has none that can be read.
func eventClaim(body sealed) timeslot.Claim {
	var npi, ehr, department, visitType, start text
	dec := body.decoder()
	_ = pick(dec, map[string]*text{ // what was found before a fault counts, as above
		"npi": &npi, "ehrInstance": &ehr, "departmentId": &department, "visitTypeId": &visitType, "slotDateTime": &start,
	})
	id := timeslot.Identity{
		EHRInstance: string(ehr), DepartmentID: string(department), Clinician: string(npi), VisitTypeID: string(visitType),
	}
	if at, err := time.Parse(time.RFC3339, string(start)); err == nil {
		id.Start = at.Unix()
	}
	return timeslot.Claim{Identity: id, NPI: string(npi)}
}

// visitIDIn finds the visitId of a booking's answer, of which there may be a part only (docs/dexcare.md §7.1, §7.2).
func visitIDIn(answer []byte) string {
	var id string
	dec := sealed{answer}.decoder()
	_ = walk(dec, func(name string) error {
		if name != "visitId" {
			return dec.Decode(&skipped{})
		}
		return dec.Decode(&id) // strings only: of a number nobody could tell whether it is whole
	})
	if !plainSegment.MatchString(id) {
		return "" // nothing that a cancellation could name
	}
	return id
}

func (s sealed) decoder() *json.Decoder {
	return json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(s.b, []byte("\ufeff"))))
}

// pick reads the object that comes next and keeps the members that are wanted.
func pick(dec *json.Decoder, wanted map[string]*text) error {
	return walk(dec, func(name string) error {
		if into := wanted[name]; into != nil {
			return dec.Decode(into)
		}
		return dec.Decode(&skipped{})
	})
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
