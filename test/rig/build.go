package rig

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// binary is the service, built once by Main.
var binary string

// Binary is the program that Main built.
func Binary() string { return binary }

// Main builds the service for all tests of a package, runs them, and cleans up. A TestMain ends with it. atATime is how
// many tests that are beside others run at a time; most of them mostly wait.
func Main(m interface{ Run() int }, atATime int) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(atATime)); err != nil {
		panic(err) // every test program has the flag
	}
	code, err := withBinary(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func withBinary(run func() int) (code int, err error) {
	dir, err := os.MkdirTemp("", "rig")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if binary, err = Build(context.Background(), dir, "cmd/aggregator"); err != nil {
		return 0, err
	}
	return run(), nil
}

// Build compiles a command of ours into dir, with build tags, and gives its path.
func Build(ctx context.Context, dir, command string, tags ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	path := filepath.Join(dir, filepath.Base(command))
	args := []string{"build", "-o", path}
	for _, tag := range tags {
		args = append(args, "-tags", tag)
	}
	if said, err := exec.CommandContext(ctx, "go", append(args, "timeslots/"+command)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", command, err, said)
	}
	return path, nil
}
