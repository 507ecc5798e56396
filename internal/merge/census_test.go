package merge_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/test/rig/figure"
)

// TestTheGeneratorDrawsEveryCase: what the properties say is worth what their worlds contain.
func TestTheGeneratorDrawsEveryCase(t *testing.T) {
	figure.Long(t)
	const worlds = 2000
	inputs := rapid.Custom(func(t *rapid.T) *reference { return newReference(drawInput(t)) })
	seen := map[string]bool{}
	for seed := range worlds {
		r := inputs.Example(seed)
		r.merge()
		maps.Copy(seen, r.cases)
	}
	if diff := cmp.Diff(cases, slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("cases in %d worlds (-want +got):\n%s", worlds, diff)
	}
}

// cases are in the order of text.
var cases = []string{
	"a duration of an older answer", "a gone row that covers", "a member of a pool", "a name in another case",
	"a slot of answers of different age", "a slot of three sources", "an offset of its own",
	"behind the window", "both handles",
	"cut by daysOfSlots", "distance from a point", "distance of a postal code", "dropped by clinicType",
	"dropped by departmentUrlName", "dropped by ehrInstance", "dropped by established", "dropped by gender",
	"dropped by modality", "dropped by new", "dropped by npi", "dropped by radius", "dropped by specialty",
	"dropped by visitTypeName", "elements that differ", "ids of one visit type",
	"ids that one surface tells apart", "named by her own list", "named by the directory", "names of one id",
	"overruled by answers of different age", "overruled by careDirect v1", "overruled by careDirect v2",
	"overruled by providerDirect v4", "overruled by providerDirect v5", "passed every filter of two", "past",
	"rows without a member", "rows without a member, alone", "rows without a member, covered",
	"taken as it is listed", "taken under another spelling only", "taken with the pool",
	"the first half past one", "the second half past one", "unknown clinicType", "unknown departmentUrlName",
	"unknown established", "unknown gender", "unknown modality", "unknown new", "unknown radius",
	"unknown specialty", "zone ", "zone America/Los_Angeles", "zone America/New_York", "zone Asia/Tokyo",
}
