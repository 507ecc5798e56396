package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"timeslots/cmd/aggregator/internal/config"
	"timeslots/test/rig/figure"
)

// once runs a command that ends by itself.
func once(t *testing.T, environ []string, args ...string) (code int, out, err string) {
	t.Helper()
	stdout, stderr := newConsole(), newConsole()
	code = run(program{stdout: stdout, stderr: stderr, environ: environ, stopping: context.Background()}, args)
	return code, stdout.String(), stderr.String()
}

func written(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "aggregator.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestExitCodesAndWhatIsSaid(t *testing.T) {
	broken := written(t, "lisen: 127.0.0.1:0\ntier: staging\nsources: {careDirect: {timeout: fast}}\n")
	tests := map[string]struct {
		args []string
		code int
		says []string
	}{
		"help":                       {[]string{"--help"}, exitDone, []string{"demo", "serve", "acme", "check", "probe", "version"}},
		"version":                    {[]string{"version"}, exitDone, []string{"aggregator ", "revision", "go1."}},
		"no command":                 {nil, exitUsage, []string{"aggregator: ", "--help"}},
		"unknown command":            {[]string{"sell"}, exitUsage, []string{"sell"}},
		"unknown flag":               {[]string{"serve", "--conf", "x"}, exitUsage, []string{"--conf"}},
		"serve without a file":       {[]string{"serve"}, exitUsage, []string{"--config"}},
		"a file that is not":         {[]string{"check", "--config", "/no/such.yaml"}, exitUsage, []string{"/no/such.yaml"}},
		"every mistake, one time":    {[]string{"serve", "--config", broken}, exitUsage, []string{"lisen", "tier", "sources.careDirect.timeout"}},
		"nobody to probe":            {[]string{"probe", "--admin", "127.0.0.1:1"}, exitFailed, []string{"probe 127.0.0.1:1"}},
		"address in use":             {[]string{"acme", "--listen", "256.0.0.1:1"}, exitFailed, []string{"listen on 256.0.0.1:1"}},
		"a fault that is none":       {[]string{"acme", "--listen", "127.0.0.1:0", "--fault", "care-options:explode"}, exitUsage, []string{"explode"}},
		"an untidiness that is none": {[]string{"acme", "--untidy=grim"}, exitUsage, []string{"grim", "shared-ids"}},
		"no way to look ahead":       {[]string{"demo", "--lookahead", "9000"}, exitUsage, []string{"lookahead", "9000"}},
		"no address":                 {[]string{"demo", "--listen", "foo"}, exitUsage, []string{"--listen", "HOST:PORT"}},
		"too big a crowd":            {[]string{"demo", "--traffic", "1000000"}, exitUsage, []string{"--traffic"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, err := once(t, nil, tt.args...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, word := range tt.says {
				if !strings.Contains(out+err, word) {
					t.Errorf("no %q in:\n%s%s", word, out, err)
				}
			}
		})
	}
}

// served is a configuration for a simulator at addr.
func served(addr string) string {
	return fmt.Sprintf(`
listen: 127.0.0.1:0
admin: {listen: 127.0.0.1:0, token: "admin-secret"}
tier: uat
upstream:
  public: {url: "http://%[1]s"}
  ingress: {url: "http://%[1]s", keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}
  visit: {url: "http://%[1]s"}
products: {campaign: {ranking: nearest, maxAge: 5s}}
`, addr)
}

func TestCheckPrintsWhatIsInEffectWithoutSecrets(t *testing.T) {
	file := written(t, served("127.0.0.1:8081"))
	code, out, _ := once(t, []string{"AGGREGATOR_SEARCH_BUDGET=650ms"}, "check", "--config", file)
	if code != exitDone || !strings.Contains(out, "budget: 650ms") || !strings.Contains(out, "campaign:") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, secret := range []string{"admin-secret", "acme-slots", "acme-care-options", "acme-booking"} {
		if strings.Contains(out, secret) {
			t.Errorf("it prints %q", secret)
		}
	}
}

func TestServeAgainstASimulatorOfItsOwn(t *testing.T) {
	figure.Beside(t)
	simulator := start(t, nil, "acme", "--listen", "127.0.0.1:0", "--seed", "7")
	addr := simulator.err.waitFor(t, `listening public=(\S+)`)[1]
	service := startService(t, served(addr))
	a := get(t, service.public+"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&product=campaign")
	if a.answer(t).Total == 0 || a.keptFor(t) != 5 {
		t.Errorf("%v %s", a.header, a.body)
	}
	if code := service.end(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if code := simulator.end(t); code != exitDone {
		t.Errorf("the simulator's exit code %d", code)
	}
}

func TestTheServiceIsReadyWhileUpstreamAndRedisAreAway(t *testing.T) {
	figure.Beside(t)
	service := startService(t, served("127.0.0.1:1")+"cache: {redis: {addresses: [\"127.0.0.1:1\"]}}\n")
	if r := get(t, service.admin+"/readyz"); r.status != http.StatusOK {
		t.Errorf("readyz: %d", r.status)
	}
	if r := get(t, service.public+"/v1/timeslots?npi=9000000017"); r.status != http.StatusBadGateway {
		t.Errorf("a search: %d %s, want 502", r.status, r.body)
	}
}

func TestSIGHUPTakesAChangedFileIntoForceAndABrokenOneNot(t *testing.T) {
	service, simulator, file := startServed(t, "")
	addr := strings.TrimPrefix(simulator, "http://")
	target := service.public + "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness&product=campaign"
	rewrite := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	get(t, target)
	rewrite(strings.Replace(served(addr), "maxAge: 5s", "maxAge: 50s", 1) + "tenant: other\n")
	eventually(t, "the new maxAge", func() bool { return get(t, target).keptFor(t) == 50 })
	service.err.waitFor(t, `needs a restart.*"key":"tenant"`)
	rewrite("products: {campaign: {ranking: sideways}}\n")
	service.err.waitFor(t, `not reloaded.*ranking`)
	if got := get(t, target).keptFor(t); got != 50 {
		t.Errorf("after a broken file: kept for %d s", got)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(served(addr), "maxAge: 5s", "maxAge: 70s", 1)), 0o600); err != nil { // no signal
		t.Fatal(err)
	}
	eventually(t, "the changed file", func() bool { return get(t, target).keptFor(t) == 70 })
	counted(t, service.admin, `aggregator_config_reloads_total{outcome="applied"} 2`, `aggregator_config_reloads_total{outcome="rejected"} `)
}

func TestTheConfigurationOfTheDemoIsValid(t *testing.T) {
	if _, err := (&demoCommand{Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Redis: "127.0.0.1:6379"}).config(&program{}, "127.0.0.1:1"); err != nil {
		t.Error(err)
	}
	if _, err := config.Load(filepath.Join("..", "..", "configs", "demo.yaml"), nil); err != nil {
		t.Error(err)
	}
}

func TestAFaultOfOursIsNoSuccess(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a panic ended as success, without a word")
		}
	}()
	run(program{stdout: panicking{}, stderr: io.Discard}, []string{"version"})
}

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("a fault of ours") }
