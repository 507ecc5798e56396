package redisclient

import (
	"strings"
	"testing"
	"time"
)

func TestRedisOptionsAreCheckedAllAtOnce(t *testing.T) {
	_, err := New(Options{
		Mode: "ring", Master: "m", DB: -1, Timeout: -time.Second, Prefix: "a:b", Tier: "{prd}",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, field := range []string{"Addresses", "Mode", "Master", "DB", "Timeout", "Prefix", "Tenant", "Tier"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("no word about %s in:\n%v", field, err)
		}
	}
}
