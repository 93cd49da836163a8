package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPatterns compiles every expression that the readers declare, which a run
// of the program does only when it first needs one, and refuses expressions
// that are compiled at the program's start.
func TestPatterns(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "pattern.go" {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(sel.Sel.Name, "MustCompile") {
				t.Errorf("%s compiles an expression itself; declare it with lazy(…)", set.Position(n.Pos()))
			}
			if id, ok := call.Fun.(*ast.Ident); !ok || id.Name != "lazy" {
				return true
			}
			found++
			text, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: the expression is no literal, so that it cannot be checked here", set.Position(n.Pos()))
				return true
			}
			expression, err := strconv.Unquote(text.Value)
			if err == nil {
				_, err = regexp.Compile(expression)
			}
			if err != nil {
				t.Errorf("%s: %v", set.Position(n.Pos()), err)
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no pattern was found")
	}
}
