package cache

import (
	"regexp"
	"strings"
	"testing"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// A lease outside the prefix was refused to a user of the prefix, and that turned Redis off again and again.
func TestALeaseIsUnderThePrefixAndInItsFragmentsSlot(t *testing.T) {
	r := tierOn(t, rig.StartRedis(t), nil)
	name := r.prefix + redistest.KeyOfNPI(1).String()
	key := r.leaseKey(name)
	if tag := regexp.MustCompile(`\{(.+?)\}`).FindStringSubmatch(key); !strings.HasPrefix(key, "timeslots:") || tag == nil || tag[1] != name {
		t.Errorf("the lease of %q is at %q", name, key)
	}
}
