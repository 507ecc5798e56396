package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// engine is Podman with storage and networks of its own: nothing else on the machine is seen or touched.
type engine struct {
	dir  string // what stays for the next run: images, and what the compiler keeps
	env  []string
	lock *os.File
}

// settings are Podman's, for a machine without systemd and with small limits.
const settings = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "/usr/sbin/runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = %[2]q
[network]
network_backend = "netavark"
network_config_dir = %[1]q
`

const storage = `[storage]
driver = %[3]q
graphroot = %[1]q
runroot = %[2]q
`

// transient is for what a restart of the machine ends: mounts, and who runs.
const transient = "/run/timeslots-containers"

func newEngine(ctx context.Context) (*engine, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	e := &engine{dir: filepath.Join(cache, "timeslots-containers")}
	if err := errors.Join(os.MkdirAll(e.dir, 0o700), os.MkdirAll(transient, 0o700)); err != nil {
		return nil, err
	}
	if e.lock, err = os.Create(filepath.Join(transient, "lock")); err != nil { // one at a time: ports are this machine's
		return nil, err
	}
	if err := syscall.Flock(int(e.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another run holds %s: %w", e.lock.Name(), err), e.lock.Close())
	}
	e.env = append(os.Environ(),
		"CONTAINERS_CONF="+filepath.Join(e.dir, "containers.conf"), "CONTAINERS_STORAGE_CONF="+filepath.Join(e.dir, "storage.conf"),
		"BUILDAH_FORMAT=docker",   // the other format has no health checks
		"DISABLE_HC_SYSTEMD=true", // they are run from here: there need not be a systemd
	)
	for _, driver := range []string{"overlay", "vfs"} {
		if err = e.configure(driver); err != nil {
			break
		}
		if _, err = e.podman(ctx, "info"); err == nil {
			return e, nil
		}
	}
	e.close()
	return nil, err
}

func (e *engine) configure(driver string) error {
	own := filepath.Join(transient, strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(e.dir))), 16))
	conf := fmt.Sprintf(settings, filepath.Join(e.dir, "networks"), filepath.Join(own, "tmp"))
	store := fmt.Sprintf(storage, filepath.Join(e.dir, driver), filepath.Join(own, driver), driver)
	return errors.Join(
		os.WriteFile(filepath.Join(e.dir, "containers.conf"), []byte(conf), 0o600),
		os.WriteFile(filepath.Join(e.dir, "storage.conf"), []byte(store), 0o600))
}

func (e *engine) close() { _ = e.lock.Close() }

func (e *engine) podman(ctx context.Context, args ...string) (string, error) {
	return e.run(ctx, "podman", args...)
}

// run gives what a program printed. An error has the end of all that it said.
func (e *engine) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := e.command(ctx, name, args...)
	var out, all bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, &all), &all
	if err := cmd.Run(); err != nil {
		return "", failure(ctx, cmd, err, all.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// command is one that is asked to end when its time is up, and made to a little later.
func (e *engine) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = e.env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

func failure(ctx context.Context, cmd *exec.Cmd, err error, said string) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, lastLines(said, 30))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// clear removes all that runs, and what it wrote. Images stay.
func (e *engine) clear(ctx context.Context) error {
	for _, args := range [][]string{
		{"pod", "rm", "--all", "--force", "--time", "5"}, {"rm", "--all", "--force", "--volumes", "--time", "5"},
		{"volume", "rm", "--all", "--force"}, {"secret", "rm", "--all"}, {"network", "prune", "--force"}, {"image", "prune", "--force"},
	} {
		// A container that its restart policy is just starting cannot be removed at once.
		if err := until(ctx, time.Second, time.Minute, func(ctx context.Context) error {
			_, err := e.podman(ctx, args...)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// removed is clear, and a look at what is left.
func (e *engine) removed(ctx context.Context) (string, error) {
	if err := e.clear(ctx); err != nil {
		return "", err
	}
	for what, args := range map[string][]string{
		"containers": {"ps", "--all", "--quiet"}, "volumes": {"volume", "ls", "--quiet"}, "secrets": {"secret", "ls", "--quiet"},
		"networks": {"network", "ls", "--quiet", "--filter", "name=timeslots"},
	} {
		left, err := e.podman(ctx, args...)
		if err != nil {
			return "", err
		}
		if left != "" {
			return "", fmt.Errorf("wanted no %s, still there: %s", what, strings.Fields(left))
		}
	}
	return "nothing is left but images", nil
}

// printLogs shows how each container is, and the last that it said.
func (e *engine) printLogs(ctx context.Context, out io.Writer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	list, err := e.podman(ctx, "ps", "--all", "--format", "{{.Names}}\t{{.Status}}")
	if err != nil {
		_, _ = fmt.Fprintln(out, err)
	}
	for line := range strings.Lines(list) {
		name, status, _ := strings.Cut(strings.TrimSpace(line), "\t")
		said, _ := e.logs(ctx, name, 10) // an infra container has none
		_, _ = fmt.Fprintf(out, "---- %s: %s\n%s\n", name, status, said)
	}
}

// logs gives the last lines that a container wrote, to either of its outputs.
func (e *engine) logs(ctx context.Context, name string, lines int) (string, error) {
	cmd := e.command(ctx, "podman", "logs", "--tail", strconv.Itoa(lines), name)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return "", failure(ctx, cmd, err, string(said))
	}
	return string(bytes.TrimSpace(said)), nil
}
