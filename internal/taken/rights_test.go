package taken

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"timeslots/internal/cache"
	"timeslots/internal/redisclient"
	"timeslots/internal/timeslot"
	"timeslots/test/rig"
	"timeslots/test/rig/redistest"
)

// documentedUser are the rights that docs/operations.md gives the service's user.
func documentedUser(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ACL SETUSER timeslots on >PASSWORD (.+)$`).FindSubmatch(text)
	if line == nil {
		t.Fatal("docs/operations.md has no line ACL SETUSER timeslots on >PASSWORD …")
	}
	return strings.Fields(string(line[1]))
}

// setUser gives the server a user of that name with these rights alone.
func setUser(t *testing.T, s *rig.Redis, name string, rights []string) {
	t.Helper()
	command := []any{"ACL", "SETUSER", name, "reset", "on", ">secret-of-" + name}
	for _, right := range rights {
		command = append(command, right)
	}
	s.Do(command...)
}

func as(name string) func(*redisclient.Options, *LedgerOptions) {
	return func(o *redisclient.Options, _ *LedgerOptions) { o.Username, o.Password = name, "secret-of-"+name }
}

// again is work that gives the same content each time.
func again(key timeslot.FragmentKey) cache.Work {
	return func(context.Context, *timeslot.Fragment) (*timeslot.Fragment, error) {
		f := redistest.Fragment(key, time.Now())
		f.Digest = timeslot.Digest{1}
		return f, nil
	}
}

// useEverything has one replica do all that is done with Redis, and the other learn of it.
func useEverything(t *testing.T, a, b *replica) {
	t.Helper()
	key := redistest.KeyOfNPI(1)
	for range 2 { // the second time with a head alone
		if _, _, err := a.Renew(t.Context(), key, time.Hour, again(key)); err != nil {
			t.Fatal(err)
		}
	}
	rig.Until(t, "the other replica has the fragment", func() bool {
		return b.Lookup(t.Context(), []timeslot.FragmentKey{key})[0].Fragment != nil
	})
	a.Leases(t.Context(), []timeslot.FragmentKey{key, redistest.KeyOfNPI(2)})
	c := claimFor(doctor, atNine())
	a.ledger.Pend(c, "alice")
	a.ledger.Promote(c, "alice")
	everywhere(t, []*replica{a, b}, "hidden", true)
	a.ledger.Release(c)
	everywhere(t, []*replica{a, b}, "offered", false)
	if err := a.ledger.Invalidate(t.Context(), cache.Scope{All: true}); err != nil {
		t.Fatal(err)
	}
	uses := NewUses(a.client, time.Minute)
	owner, _, _, err := uses.Begin(t.Context(), "digest")
	if err != nil {
		t.Fatal(err)
	}
	uses.End(t.Context(), "digest", owner, 0)
	switches, others := NewSwitches(a.client), NewSwitches(b.client)
	defer switches.Close()
	defer others.Close()
	if err := switches.Set(t.Context(), "flushot", true); err != nil {
		t.Fatal(err)
	}
	rig.Until(t, "the other replica knows the switch", func() bool { return others.Off("flushot") })
}

// nothingDenied wants no refusal in the server's own log.
func nothingDenied(t *testing.T, s *rig.Redis) {
	t.Helper()
	denied, err := s.Client().ACLLog(t.Context(), 10).Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range denied {
		t.Errorf("refused: %s of %s (%s) in %s", d.Object, d.Username, d.Reason, d.Context)
	}
}

func TestTheDocumentedUserMayDoAllThatTheServiceDoes(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	setUser(t, server, "exact", documentedUser(t))
	fleet := fleetOf(t, server, 2, as("exact"))
	trusting(t, fleet)
	useEverything(t, fleet[0], fleet[1])
	for _, state := range fleet[0].client.State() {
		if state.Kind != redisclient.TroubleNone || state.Since.IsZero() {
			t.Errorf("%+v, want Redis in use", state)
		}
	}
	nothingDenied(t, server)
	for _, key := range server.Client().Keys(t.Context(), "*").Val() {
		if !strings.HasPrefix(key, "timeslots:") {
			t.Errorf("the key %q does not begin with the prefix", key)
		}
	}
}

func TestTheDocumentedUserIsEnoughInACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: takes seconds")
	}
	t.Parallel()
	nodes := startCluster(t)
	var addresses []string
	for _, n := range nodes {
		setUser(t, n, "exact", append(documentedUser(t), "+cluster|slots", "+command"))
		addresses = append(addresses, n.Addr)
	}
	fleet := fleetOf(t, nodes[0], 2, func(o *redisclient.Options, lo *LedgerOptions) {
		as("exact")(o, lo)
		o.Mode, o.Addresses = redisclient.ModeCluster, addresses
	})
	trusting(t, fleet)
	useEverything(t, fleet[0], fleet[1])
	if states := fleet[0].client.State(); len(states) != 3 || slices.ContainsFunc(states, func(s redisclient.ServerState) bool { return s.Kind != redisclient.TroubleNone }) {
		t.Errorf("%+v, want three servers in use", states)
	}
	for _, n := range nodes {
		nothingDenied(t, n)
	}
}

func TestWithoutTheRightToInfoAllWorksAndOneRefusalIsAllThatTheServerSees(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	setUser(t, server, "uninformed", slices.DeleteFunc(documentedUser(t), func(right string) bool { return right == "+info" }))
	fleet := fleetOf(t, server, 2, as("uninformed"))
	trusting(t, fleet)
	useEverything(t, fleet[0], fleet[1])
	denied, err := server.Client().ACLLog(t.Context(), 10).Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range denied {
		if d.Object != "info" || d.Count > int64(len(fleet)) {
			t.Errorf("refused %d times: %s (%s)", d.Count, d.Object, d.Reason)
		}
	}
}

func TestAMissingRightIsNamedAndNothingFails(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	all := documentedUser(t)
	for i, right := range all {
		if right == "+info" { // not needed, and not asked for again where it is refused
			continue
		}
		t.Run(right, func(t *testing.T) {
			name := "lacks-" + regexp.MustCompile(`\W`).ReplaceAllString(right, "-")
			setUser(t, server, name, slices.Delete(slices.Clone(all), i, i+1))
			var log rig.Log
			r := openReplica(t, server.Addr, func(o *redisclient.Options, l *LedgerOptions) {
				as(name)(o, l)
				o.Logger, o.Tenant = log.Logger(), name
			})
			if f, _, err := r.Fill(t.Context(), redistest.KeyOfNPI(1), again(redistest.KeyOfNPI(1))); err != nil || f == nil {
				t.Errorf("without the right: %v", err)
			}
			for range 3 { // it stays so
				r.client.Probe(t.Context())
			}
			state := r.client.State()[0]
			if state.Kind != redisclient.TroublePermission || state.Missing != right {
				t.Errorf("%+v, want %s missing", state, right)
			}
			if said := log.String(); strings.Count(said, "kind=permission") != 1 || !strings.Contains(said, right) || strings.Contains(said, "secret-of") {
				t.Errorf("one line that names the right, and no password: %s", said)
			}
			setUser(t, server, name, all)
			rig.Until(t, "Redis in use, and said to be", func() bool {
				return r.client.State()[0].Kind == redisclient.TroubleNone && strings.Contains(log.String(), "Redis is in use")
			})
			if said := log.String(); strings.Count(said, "Redis is in use") != 1 {
				t.Errorf("one line more: %s", said)
			}
		})
	}
}

func TestARightThatIsTakenAwayIsNoticed(t *testing.T) {
	t.Parallel()
	server := rig.StartRedis(t)
	all := documentedUser(t)
	setUser(t, server, "svc", all)
	var log rig.Log
	fleet := fleetOf(t, server, 1, func(o *redisclient.Options, lo *LedgerOptions) { as("svc")(o, lo); o.Logger = log.Logger() })
	trusting(t, fleet)
	server.Do("ACL", "SETUSER", "svc", "-zadd") // which a script uses, and no request
	rig.Until(t, "the right is named", func() bool {
		return strings.Contains(log.String(), "missing=+zadd")
	})
	if n := strings.Count(log.String(), "\n"); n > 3 {
		t.Errorf("%d lines: %s", n, log.String())
	}
}
