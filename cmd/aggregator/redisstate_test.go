package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"timeslots/internal/ops"
	"timeslots/test/rig"
	"timeslots/test/rig/figure"
)

// What is wrong with Redis is one log line, and shows on /ops and in the metrics; the password never does.
func TestWhatIsWrongWithRedisIsSaid(t *testing.T) {
	figure.Beside(t)
	upstream := startTenant(t)
	healthy := rig.StartRedis(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, test := range map[string]struct{ addr, more, kind, up string }{
		"all is well":      {healthy.Addr, "", "", "1"},
		"a wrong password": {healthy.Addr, `, username: somebody, password: "pa55word-of-this-test"`, "auth", "0"},
		"nobody listens":   {closed.Addr().String(), `, password: "pa55word-of-this-test"`, "refused", "0"},
		"an HTTP server":   {upstream, `, password: "pa55word-of-this-test"`, "protocol", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startService(t, served(upstream)+fmt.Sprintf("cache: {redis: {addresses: [%q]%s}}\n", test.addr, test.more))
			var state ops.State
			eventually(t, "the kind on /ops", func() bool {
				state = stateOf(t, s)
				return len(state.Redis.Servers) == 1 && state.Redis.Kind == test.kind && state.Redis.Up == (test.kind == "")
			})
			if server := state.Redis.Servers[0]; server.Server != test.addr || server.Since.IsZero() || (server.Reason == "") != (test.kind == "") {
				t.Errorf("%+v", server)
			}
			shown := test.kind
			if shown == "" {
				shown = "ok"
			}
			counted(t, s.admin, "aggregator_redis_up "+test.up+"\n", fmt.Sprintf("aggregator_redis_servers{kind=%q} 1\n", shown))
			if r := get(t, s.public+"/v1/timeslots?npi=9000000017"); r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.body)
			}
			log := s.err.String()
			said, slow := strings.Count(log, `"msg":"Redis is`), strings.Count(log, `"kind":"timeout","reason"`) // a starved machine is late at first
			if said != 1+slow || test.kind != "" && !strings.Contains(log, `"kind":"`+test.kind+`"`) {
				t.Errorf("%d lines about Redis, %d of them that it is slow: %s", said, slow, log)
			}
			if strings.Contains(log, "pa55word") || strings.Contains(string(get(t, s.admin+"/ops/state").body), "pa55word") {
				t.Error("the password is shown")
			}
		})
	}
}
