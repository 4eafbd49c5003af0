# SPDX-License-Identifier: GPL-2.0-only
"""Pointers, structs, unions, bit-fields and arrays: exact, or refused with the line."""

from __future__ import annotations

import pytest

from tests.support.c.c_code import lower, refused

TYPES = """
typedef unsigned char u8; typedef unsigned u32; typedef unsigned long u64;
struct in { int a; int b; };
struct s { int x; struct in in; struct in *p; int arr[4]; u64 w; u8 c; };
union u { u32 word; struct { u8 low; u8 next; }; int number; u64 wide; };
struct bits { u32 a:3; int b:4; u32 c:32; u64 d:40; _Bool e:1; unsigned long f; u8 g:9; };
struct mixed { int tag; union { int first; u32 second; u64 wide; struct { int left; int right; }; }; };
typedef struct { u64 pte; } pte_t;
#define __pte(x) ((pte_t) { (x) })
#define pte_val(x) ((x).pte)
"""


def f(text: str, parameters: str = "int x, int y", result: str = "int") -> str:
    return f"{TYPES}{result} f({parameters}) {{ {text} }}\n"


# Pointers --------------------------------------------------------------------------------------
def test_out_parameters_write_through() -> None:
    g = "static int g(int *p, int by) { *p += by; return *p; }\n"
    assert lower(g + f("int z = x; int r = g(&z, y); return r * 100 + z;"))(x=3, y=4) == 707


def test_a_pointer_to_one_of_two_objects() -> None:
    a = lower(
        f("int a = 1, b = 2; int *p = x ? &a : &b; *p = 9; p = y ? p : &a; *p += 100; return a * 1000 + b;")
    )
    assert [a(x=1, y=1), a(y=1), a(x=1), a()] == [109002, 1109, 109002, 101009]


def test_a_pointer_that_a_path_that_left_had_set() -> None:
    a = lower(
        f("int a = 1, b = 2, *p = &b; if (x) { p = &a; goto out; } p = &b; out: *p = 9; return a * 10 + b;")
    )
    assert [a(x=1), a(x=0)] == [92, 19]


def test_a_pointer_set_in_the_right_side_of_and() -> None:
    a = lower(f("int a = 1, b = 2, *p = &a; x && (p = &b); *p = 9; return a * 10 + b;"))
    assert [a(x=1), a(x=0)] == [19, 92]


def test_memory_that_one_path_made_point_to_a_local() -> None:
    a = lower(f("int a = 1; struct in z; z.a = 4; if (x) s->p = &z; return s->p->a;", "struct s *s, int x"))
    assert [a(x=1), a(x=0, **{"s->p__a": 7})] == [4, 7]


def test_structs_by_pointer_are_memory() -> None:
    a = lower(f("s->x = s->in.a + 1; s->p->b = s->x; return s->p->b;", "struct s *s"))
    assert a.at({"s->in.a": 6}) == 7
    assert ("trusted", "pointers of different origin do not lead to the same object") in a.ledger
    assert not lower(f("return s->x;", "struct s *s")).ledger


def test_a_computed_pointer_reads_anything_and_writes_nowhere() -> None:
    a = lower(f("return *(int *)x;", "unsigned long x"))
    assert a.guesses == ["(unknown)"]
    assert ("havoc", "what a computed pointer leads to is not known") in a.ledger
    assert "a write through a pointer of unknown origin" in refused(f("*(int *)x = 1;", "unsigned long x"))
    assert "a write through a pointer of unknown origin" in refused(
        f("int z, *p = &z; p += x; *p = 1; return z;")
    )


def test_a_null_pointer_takes_the_type_beside_it() -> None:
    a = lower(
        f(
            "struct s *p = y ? s : (x ? (void *)0 : s); return p ? (x ? (void *)0 : s)->x : 9;",
            "struct s *s, int x, int y",
        )
    )
    assert [a.at({"s": 64, "s->x": 5, "x": x, "y": y}) for x, y in ((1, 0), (0, 1))] == [9, 5]


def test_a_choice_with_a_computed_pointer_is_not_the_other_side() -> None:
    a = lower(f("int z = 5; int *p = x ? &z : (int *)y; return *p;", "int x, unsigned long y"))
    assert a(x=1) == 5
    assert a.guesses == ["(unknown)"]


def test_constant_steps_stay_in_the_array() -> None:
    a = lower(
        f(
            "int a[3] = { x, y, 7 }; int *p = a; p++; *p += 1; p[1] = 5; return a[0] * 100 + a[1] * 10 + *(a + 2);"
        )
    )
    assert a(x=1, y=2) == 135
    a = lower(
        f("s->arr[2] = x; int *p = s->arr; p += 2; return *p + s[1].x + (s + 1)->x;", "struct s *s, int x")
    )
    assert a.at({"x": 3, "s[1].x": 10}) == 23


def test_an_index_that_is_not_constant_is_refused() -> None:
    assert "an index that is not constant" in refused(f("int a[3]; a[x] = 1; return a[0];"))
    assert "an index that is not constant" in refused(f("return s->arr[x];", "struct s *s, int x"))


def test_a_pointer_to_the_first_element_is_the_array() -> None:
    a = lower(
        "static void g(int *p) { *p = 4; p[1] = 5; }\n" + f("int a[2]; g(a); return a[0] * 10 + *(a + 1);")
    )
    assert a() == 45
    assert lower(f("int a = x; int *p = &a; p[0] = 5; return a;"))() == 5


def test_the_address_of_a_local_is_not_null_and_else_unknown() -> None:
    a = lower(f("int z, *p = &z; return p && p == &z && p != &x;", "int x"))
    assert a() == 1
    a = lower(f("int z; return ((unsigned long)&z & 4095) == x;"))
    assert a.guesses == ["address of f.z"]
    assert "< on pointers" in refused(f("int z[2]; return &z[0] < &z[1];"))


def test_an_object_and_its_first_member_are_not_told_apart() -> None:
    assert "== on pointers" in refused(f("struct in z; return (void *)&z == (void *)&z.a;"))


@pytest.mark.parametrize(
    "text",
    [
        "u64 z = 1; *(u32 *)&z = 2; return z;",
        "u32 z = 1; return *(u8 *)&z;",
        "struct in z; z.a = 1; return ((struct s *)&z)->x;",
        "struct in z; z.a = 1; return *(int *)&z;",
        "_Bool z = 1; return *(u8 *)&z;",
    ],
)
def test_an_object_of_another_type_is_refused(text: str) -> None:
    assert "which is not its type" in refused(f(text))


def test_a_pointer_stored_as_a_number_leads_anywhere() -> None:
    text = "int a = 1, b = 2, *p = &a; *(u64 *)&p = x; return *p;"
    assert lower(f(text, "u64 x")).guesses == ["(unknown)"]


def test_what_void_points_to_is_refused() -> None:
    assert "what a void * points to" in refused(f("return *(char *)0 + *p;", "void *p"))


# Structs ------------------------------------------------------------------------------------------
def test_designated_and_positional_initialisers() -> None:
    a = lower(f("struct s z = { .in.b = x, .x = 5, .in.a = y, .arr = { 1, 2 } }; struct in i = { y, x }, j = { .b = 3 };"
                "return z.x + z.in.a * 10 + z.in.b * 100 + i.a * 1000 + i.b * 10000 + j.a + j.b + z.arr[1] + z.arr[2];"))  # fmt: skip
    assert a(x=1, y=2) == 5 + 20 + 100 + 2000 + 10000 + 3 + 2


def test_a_position_continues_behind_a_designator() -> None:
    assert (
        lower(f("struct s z = { .in = { 1, 2 }, 0, { 3 }, 4 }; return z.in.b * 100 + z.arr[0] * 10 + z.w;"))()
        == 234
    )
    assert lower(f("struct bits z = { .b = 1, 2 }; return z.c * 10 + z.a;"))() == 20


def test_what_is_not_listed_is_zero() -> None:
    a = lower(
        f(
            "struct s z = {}; struct in i = { 0 }, j = { .a = 1 }; return z.x + z.in.a + z.w + !z.p + i.b + j.b;"
        )
    )
    assert a() == 1


def test_braces_inside_braces_may_be_left_out_only_by_refusal() -> None:
    assert "made from a" in refused(f("struct s z = { 1, 2, 3 }; return z.x;"))


def test_compound_literals() -> None:
    assert (
        lower(f("pte_t p = __pte(x | 4); return pte_val(p) + pte_val(__pte(1));", "u64 x", "u64"))(x=3) == 8
    )
    assert lower(f("struct in *p = &(struct in){ .b = x }; p->a = 4; return p->a + p->b;"))(x=3) == 7


def test_structs_are_copied_not_shared() -> None:
    a = lower(
        f("struct in a = { x, y }, b = a, c; a.a = 9; c = b; b.b = 8; return a.a * 100 + c.a * 10 + c.b;")
    )
    assert a(x=1, y=2) == 912
    a = lower(
        "static int g(struct in z) { z.a = 7; return z.a; }\n"
        + f("struct in a = { x, y }; g(a); return a.a;")
    )
    assert a(x=1) == 1
    a = lower(
        "static struct in g(int v) { struct in z = { v, 2 }; return z; }\n" + f("return g(x).a + g(y).b;")
    )
    assert a(x=5) == 7
    assert lower(f("s->in = *s->p; return s->in.a;", "struct s *s")).at({"s->p->a": 4}) == 4


def test_a_struct_parameter_has_the_argument_s_members() -> None:
    a = lower("static int g(struct in z) { return z.b; }\n" + f("struct in a = { x, y }; return g(a);"))
    assert a(y=6) == 6


def test_a_struct_is_copied_with_its_array() -> None:
    a = lower(f("struct s a = *s; s->arr[1] = 7; return a.x * 10 + a.arr[1];", "struct s *s"))
    assert a.at({"s->x": 3, "s->arr[1]": 4}) == 34


def test_an_unknown_member_is_refused() -> None:
    assert refused(f("return s->nothing;", "struct s *s")) == (
        "11: member nothing of struct s, which was not found (`s->nothing`)"
    )


# Unions ---------------------------------------------------------------------------------------------
def test_members_of_one_width_are_one_place() -> None:
    a = lower(f("union u z; z.word = x; return z.number;"))
    assert a(x=-3) == -3
    a = lower(f("m->second = x; return m->first;", "struct mixed *m, int x"))
    assert a(x=-3) == -3


@pytest.mark.parametrize(
    "text",
    [
        "union u z; z.word = x; return z.low;",
        "union u z; z.wide = x; return z.word;",
        "union u z; z.low = x; return z.word;",
        "struct mixed m; m.wide = x; return m.first;",
        "struct mixed m; m.left = x; return m.first;",
        "struct mixed m; int z = m.left; m.first = x; return z;",
        "union u z = { .word = 1 }; return z.low;",
    ],
)
def test_other_members_of_a_written_union_are_refused(text: str) -> None:
    assert "which lies in a union used in more than one way" in refused(f(text))


def test_members_of_a_struct_inside_a_union_do_not_overlap() -> None:
    assert lower(f("union u z; z.low = x; z.next = y; return z.low * 10 + z.next;"))(x=1, y=2) == 12


def test_the_second_view_of_a_union_that_nobody_writes_is_a_guess() -> None:
    a = lower(f("return m->first + m->left;", "struct mixed *m"))
    assert a.guesses == ["m->left"]


def test_a_struct_with_a_union_is_not_copied() -> None:
    assert "overlap" in refused(f("struct mixed a = *m; return a.tag;", "struct mixed *m"))


# Bit-fields --------------------------------------------------------------------------------------------
def test_bit_fields_have_their_width() -> None:
    a = lower(
        f("struct bits z; z.a = x; z.b = x; z.d = x; z.e = x; return z.a * 1000000 + z.b * 1000 + z.e;")
    )
    assert [a(x=9), a(x=7), a(x=16)] == [1000000 - 7 * 1000 + 1, 7007001, 1]
    a = lower(f("struct bits z = { .a = 7 }; z.a++; z.b = z.a - 1; return z.b;"))
    assert a() == -1


def test_bit_fields_promote_to_int() -> None:
    assert lower(f("struct bits z; z.a = 0; return z.a - 1 < 0;"))() == 1
    assert lower(f("struct bits z; z.c = 0; return z.c - 1 < 0;"))() == 0
    assert lower(f("z->b = 7; return z->b;", "struct bits *z"))() == 7


def test_a_bit_field_wider_than_its_type_is_refused() -> None:
    assert "member g of struct bits, which was not found" in refused(f("struct bits z; z.g = 1; return z.g;"))


# What the kernel does with pointers ------------------------------------------------------------------------
CONTAINER = """
#define offsetof(TYPE, MEMBER) __builtin_offsetof(TYPE, MEMBER)
#define container_of(ptr, type, member) ({ void *__mptr = (void *)(ptr); \\
	((type *)(__mptr - offsetof(type, member))); })
"""


def test_container_of_is_refused() -> None:
    assert refused(CONTAINER + f("return container_of(p, struct s, in)->x;", "struct in *p"))


def test_per_cpu_objects_are_refused() -> None:
    macro = '#define this_cpu_ptr(p) ({ unsigned long o; asm ("mrs %0, tpidr_el1" : "=r"(o)); p + o; })\n'
    assert "gnu_asm_expression" in refused(macro + f("return *this_cpu_ptr(p);", "int *p"))
