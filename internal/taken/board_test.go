package taken

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"timeslots/internal/timeslot"
)

func drawMarkKey(t *rapid.T, label string) markKey {
	text := rapid.SampledFrom([]string{"", "a", "b", "ab", "\x00", "\x01a", strings.Repeat("x", 130)})
	c := timeslot.Claim{
		Identity: timeslot.Identity{
			EHRInstance: text.Draw(t, label+"ehr"), DepartmentID: text.Draw(t, label+"department"),
			Clinician: text.Draw(t, label+"clinician"), VisitTypeID: text.Draw(t, label+"visit type"),
			Start: rapid.Int64Range(-1, 1).Draw(t, label+"start") * nine,
		},
		SlotID: text.Draw(t, label+"slot id"), NPI: text.Draw(t, label+"npi"),
		Duration: rapid.SampledFrom([]uint16{0, 1, 127, 128, 65535}).Draw(t, label+"duration"),
		Pool:     rapid.Bool().Draw(t, label+"pool"),
	}
	if c.IsZero() {
		c.SlotID = "some"
	}
	return markKey{claim: c, owner: text.Draw(t, label+"owner")}
}

func TestMembersComeBackAsTheyWereAndTellMarksApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMarkKey(t, "a "), drawMarkKey(t, "b ")
		member, ok := memberOf(a)
		if !ok {
			t.Fatalf("%d bytes are too many for %+v", len(member), a)
		}
		if back, ok := parseMember(member); !ok || back != a {
			t.Fatalf("%+v became %+v, %t", a, back, ok)
		}
		if other, _ := memberOf(b); (member == other) != (a == b) {
			t.Fatalf("%q\n%q", member, other)
		}
	})
}

func TestNamesWithoutEndStayOffTheBoard(t *testing.T) {
	if member, ok := memberOf(markKey{claim: timeslot.Claim{SlotID: strings.Repeat("x", maxMember)}}); ok {
		t.Error("accepted")
	} else if _, ok := parseMember(member); ok {
		t.Error("read")
	}
}

func FuzzParseMember(f *testing.F) {
	for _, k := range []markKey{
		{claim: claimFor(doctor, atNine()), owner: "alice"},
		{claim: timeslot.Claim{SlotID: "x"}},
		{claim: timeslot.Claim{NPI: "9000000017", Pool: true, Duration: 300}},
	} {
		member, _ := memberOf(k)
		f.Add(member)
		f.Add(member + "x")
		f.Add(member[:len(member)-1])
	}
	f.Add("1\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Add("2")
	f.Add("")
	f.Fuzz(func(t *testing.T, member string) {
		k, ok := parseMember(member)
		if !ok {
			return
		}
		if again, _ := memberOf(k); again != member {
			t.Errorf("%q reads as %q", member, again)
		}
	})
}
