(* SPDX-License-Identifier: GPL-2.0-only *)
(* When does a certificate prove that a conclusion follows from hypotheses?

   The values of a theorem are numbered, and a node says how one is made of others.  A certificate is a
   list of clauses over the bits of values: each is implied by one node (a gate), or by clauses before it
   (unit propagation ends in a conflict); the last one is empty.  [certified] at the end of the file says
   that whatever passes [check] is true.  Trusted: nothing here; Coq's kernel checks it. *)

From Coq Require Import NArith Bool List FMapPositive Lia.
From Stage2 Require Import Words.
Import ListNotations.
Local Open Scope N_scope.

Module M := PositiveMap.

(* A value, and a table of values that is written out as a tree. *)
Inductive value := T (b : bool) | W (n : N).
Inductive tree := Leaf | Node (zero : tree) (at_ : value) (one : tree).
Fixpoint get (t : tree) (k : positive) : value :=
  match t, k with
  | Leaf, _ => T false
  | Node _ x _, xH => x
  | Node l _ _, xO k => get l k
  | Node _ _ r, xI k => get r k
  end.

Inductive node :=
| Truth (b : bool) | Number (n : N)
| Not (a : positive) | And (a b : positive) | Or (a b : positive) | Iff (a b : positive)
| If (c a b : positive) | Choose (c a b : positive)
| Land (a b : positive) | Lor (a b : positive) | Lxor (a b : positive) | Lnot (w : N) (a : positive)
| Same (w : N) (a b : positive) | Below (w : N) (a b : positive) | At_most (w : N) (a b : positive)
| Flip (w : N) (a : positive)
| Plus (w : N) (a b : positive) | Minus (w : N) (a b : positive)
| Left (w : N) (a : positive) (by_ : N) | Right (w : N) (a : positive) (by_ : N)
| Word (w : N) (a : positive) | Bits (high low : N) (a : positive) | Sign (from to : N) (a : positive).

(* Variables: a truth value, a bit of a word, and what a chain of bits carries below a bit. *)
Inductive var := B (k : positive) | V (k : positive) (j : N) | A (k : positive) (j : N).
Definition var_eqb (x y : var) : bool :=
  match x, y with
  | B k, B l => Pos.eqb k l
  | V k i, V l j => Pos.eqb k l && (i =? j)
  | A k i, A l j => Pos.eqb k l && (i =? j)
  | _, _ => false
  end.
Lemma var_eqb_true x y : var_eqb x y = true -> x = y.
Proof.
  destruct x, y; simpl; try discriminate; rewrite ?andb_true_iff, ?Pos.eqb_eq, ?N.eqb_eq;
    intuition congruence.
Qed.

(* Formulas over them, simplified as they are made. *)
Inductive formula :=
| C (b : bool) | X (v : var) | Neg (a : formula) | Con (a b : formula) | Xor (a b : formula)
| Ite (c a b : formula).
Definition neg a := match a with C b => C (negb b) | Neg a => a | _ => Neg a end.
Definition con a b :=
  match a, b with
  | C false, _ => C false | C true, _ => b
  | _, C false => C false | _, C true => a
  | _, _ => Con a b
  end.
Definition xor a b :=
  match a, b with
  | C false, _ => b | C true, _ => neg b
  | _, C false => a | _, C true => neg a
  | _, _ => Xor a b
  end.
Definition ite c a b :=
  match c with
  | C true => a
  | C false => b
  | _ =>
    match a, b with
    | C true, C true => C true
    | C false, C false => C false
    | C true, C false => c
    | C false, C true => neg c
    | _, _ => Ite c a b
    end
  end.
Definition dis a b := neg (con (neg a) (neg b)).

Section Evaluation.
Variable rho : var -> bool.
Fixpoint holds (f : formula) : bool :=
  match f with
  | C b => b
  | X v => rho v
  | Neg a => negb (holds a)
  | Con a b => holds a && holds b
  | Xor a b => xorb (holds a) (holds b)
  | Ite c a b => if holds c then holds a else holds b
  end.
Lemma neg_ok a : holds (neg a) = negb (holds a).
Proof. destruct a; simpl; rewrite ?negb_involutive; reflexivity. Qed.
Lemma con_ok a b : holds (con a b) = holds a && holds b.
Proof.
  destruct a as [[]|?|?|? ?|? ?|? ? ?], b as [[]|?|?|? ?|? ?|? ? ?]; simpl;
    rewrite ?andb_true_r, ?andb_false_r; reflexivity.
Qed.
Lemma xor_ok a b : holds (xor a b) = xorb (holds a) (holds b).
Proof.
  destruct a as [[]|?|?|? ?|? ?|? ? ?]; destruct b as [[]|?|?|? ?|? ?|? ? ?]; try reflexivity;
    unfold xor; rewrite ?neg_ok; cbn [holds]; rewrite ?xorb_true_r, ?xorb_false_r, ?xorb_true_l, ?xorb_false_l;
    reflexivity.
Qed.
Lemma ite_ok c a b : holds (ite c a b) = if holds c then holds a else holds b.
Proof.
  destruct c as [[]|?|?|? ?|? ?|? ? ?]; try reflexivity;
    destruct a as [[]|?|?|? ?|? ?|? ? ?]; try reflexivity;
    destruct b as [[]|?|?|? ?|? ?|? ? ?]; try reflexivity;
    unfold ite; rewrite ?neg_ok; cbn;
    repeat match goal with
    | |- context [rho ?x] => destruct (rho x)
    | |- context [holds ?x] => destruct (holds x)
    end; reflexivity.
Qed.
Lemma dis_ok a b : holds (dis a b) = holds a || holds b.
Proof. unfold dis; rewrite neg_ok, con_ok, !neg_ok; destruct (holds a), (holds b); reflexivity. Qed.
End Evaluation.

(* A variable replaced by a truth value. *)
Fixpoint set (x : var) (b : bool) (f : formula) : formula :=
  match f with
  | C c => C c
  | X y => if var_eqb x y then C b else X y
  | Neg a => neg (set x b a)
  | Con a c => con (set x b a) (set x b c)
  | Xor a c => xor (set x b a) (set x b c)
  | Ite c a d => ite (set x b c) (set x b a) (set x b d)
  end.
Lemma set_ok rho x b f : rho x = b -> holds rho (set x b f) = holds rho f.
Proof.
  intros H; induction f; cbn [set]; rewrite ?neg_ok, ?con_ok, ?xor_ok, ?ite_ok; cbn [holds]; try congruence.
  - destruct (var_eqb x v) eqn:E; [apply var_eqb_true in E; subst|]; reflexivity.
  - rewrite IHf1, IHf2, IHf3; reflexivity.
Qed.
Fixpoint first (f : formula) : option var :=
  match f with
  | C _ => None
  | X v => Some v
  | Neg a => first a
  | Con a b | Xor a b => match first a with Some v => Some v | None => first b end
  | Ite c a b =>
    match first c with
    | Some v => Some v
    | None => match first a with Some v => Some v | None => first b end
    end
  end.
(* Whether a formula is true of all values of its variables. *)
Fixpoint always (fuel : nat) (f : formula) : bool :=
  match f, fuel with
  | C b, _ => b
  | _, O => false
  | _, S n =>
    match first f with
    | Some v => always n (set v true f) && always n (set v false f)
    | None => false
    end
  end.
Lemma always_ok rho fuel : forall f, always fuel f = true -> holds rho f = true.
Proof.
  induction fuel as [|n IH]; intros f.
  - destruct f; cbn; try discriminate; intros ->; reflexivity.
  - intros H. destruct f as [c|?|?|? ?|? ?|? ? ?]; [exact H|..];
    unfold always in H; fold always in H;
    match type of H with match first ?g with _ => _ end = _ =>
      destruct (first g) as [x|]; [|discriminate]; apply andb_true_iff in H; destruct H as [H1 H2];
      destruct (rho x) eqn:E;
      [rewrite <- (set_ok rho x true g E); apply IH, H1 | rewrite <- (set_ok rho x false g E); apply IH, H2]
    end.
Qed.

(* Arithmetic of bits --------------------------------------------------------------------------- *)
Lemma mod_succ a j : a mod 2 ^ N.succ j = a mod 2 ^ j + (if N.testbit a j then 2 ^ j else 0).
Proof.
  rewrite N.pow_succ_r', N.mul_comm, N.mod_mul_r by (try apply N.pow_nonzero; discriminate).
  rewrite <- N.testbit_spec'. destruct (N.testbit a j); cbn [N.b2n]; lia.
Qed.
Definition carry a b j := 2 ^ j <=? a mod 2 ^ j + b mod 2 ^ j.
Lemma mod_below a j : a mod 2 ^ j < 2 ^ j.
Proof. apply N.mod_lt, N.pow_nonzero; discriminate. Qed.
Ltac step a b j :=
  rewrite ?(mod_succ a j), ?(mod_succ b j); pose proof (mod_below a j); pose proof (mod_below b j);
  rewrite ?N.pow_succ_r';
  set (x := a mod 2 ^ j) in *; set (y := b mod 2 ^ j) in *; set (p := 2 ^ j) in *;
  destruct (N.testbit a j), (N.testbit b j); cbn [xorb andb negb];
  repeat match goal with
  | |- context [?u =? ?v] => destruct (N.eqb_spec u v)
  | |- context [?u <? ?v] => destruct (N.ltb_spec u v)
  | |- context [?u <=? ?v] => destruct (N.leb_spec u v)
  end; cbn; try reflexivity; exfalso; lia.
Lemma same_succ a b j : (a mod 2 ^ N.succ j =? b mod 2 ^ N.succ j) =
  (a mod 2 ^ j =? b mod 2 ^ j) && negb (xorb (N.testbit a j) (N.testbit b j)).
Proof. step a b j. Qed.
Lemma below_succ a b j : (a mod 2 ^ N.succ j <? b mod 2 ^ N.succ j) =
  if xorb (N.testbit a j) (N.testbit b j) then N.testbit b j else a mod 2 ^ j <? b mod 2 ^ j.
Proof. step a b j. Qed.
Lemma at_most_succ a b j : (a mod 2 ^ N.succ j <=? b mod 2 ^ N.succ j) =
  if xorb (N.testbit a j) (N.testbit b j) then N.testbit b j else a mod 2 ^ j <=? b mod 2 ^ j.
Proof. step a b j. Qed.
Lemma carry_succ a b j : carry a b (N.succ j) =
  if xorb (N.testbit a j) (N.testbit b j) then carry a b j else N.testbit a j.
Proof. unfold carry; step a b j. Qed.
Lemma plus_bit a b j : N.testbit (a + b) j = xorb (xorb (N.testbit a j) (N.testbit b j)) (carry a b j).
Proof.
  rewrite !N.testbit_odd, !N.shiftr_div_pow2, <- N.odd_add.
  assert (P : 2 ^ j <> 0) by (apply N.pow_nonzero; discriminate).
  assert (E : (a + b) / 2 ^ j = a / 2 ^ j + b / 2 ^ j + (if carry a b j then 1 else 0)).
  { symmetry; unfold carry. pose proof (mod_below a j); pose proof (mod_below b j).
    pose proof (N.div_mod a (2 ^ j) P); pose proof (N.div_mod b (2 ^ j) P).
    destruct (N.leb_spec (2 ^ j) (a mod 2 ^ j + b mod 2 ^ j)).
    - apply N.div_unique with (r := a mod 2 ^ j + b mod 2 ^ j - 2 ^ j); nia.
    - apply N.div_unique with (r := a mod 2 ^ j + b mod 2 ^ j); nia. }
  rewrite E, (N.odd_add (_ + _)). destruct (carry a b j); reflexivity.
Qed.
Lemma word_bit w a j : N.testbit (word w a) j = if j <? w then N.testbit a j else false.
Proof.
  unfold word; destruct (N.ltb_spec j w); [apply N.mod_pow2_bits_low | apply N.mod_pow2_bits_high]; assumption.
Qed.
Lemma minus_plus w a b : word w (minus w a b + b) = word w a.
Proof.
  unfold minus, word. assert (P : 2 ^ w <> 0) by (apply N.pow_nonzero; discriminate).
  rewrite N.add_mod_idemp_l by assumption.
  pose proof (mod_below b w).
  rewrite (N.div_mod b (2 ^ w) P) at 2.
  replace (a + (2 ^ w - b mod 2 ^ w) + (2 ^ w * (b / 2 ^ w) + b mod 2 ^ w))
    with (a + (1 + b / 2 ^ w) * 2 ^ w) by nia.
  apply N.mod_add; assumption.
Qed.
Lemma minus_bit w a b j : (j <? w) = true ->
  N.testbit (minus w a b) j = xorb (xorb (N.testbit a j) (N.testbit b j)) (carry (minus w a b) b j).
Proof.
  intros H. pose proof (word_bit w (minus w a b + b) j) as P. rewrite H, minus_plus, plus_bit, word_bit, H in P.
  rewrite P. destruct (N.testbit (minus w a b) j), (N.testbit b j), (carry (minus w a b) b j); reflexivity.
Qed.
Lemma minus_high w a b j : (j <? w) = false -> N.testbit (minus w a b) j = false.
Proof. intros H; unfold minus; rewrite word_bit, H; reflexivity. Qed.
Lemma ones_bit w j : N.testbit (N.ones w) j = (j <? w).
Proof. destruct (N.ltb_spec j w); [apply N.ones_spec_low | apply N.ones_spec_high]; assumption. Qed.
Lemma same_forall w a b : same w a b =
  N.peano_rec (fun _ => bool) true (fun j r => r && negb (xorb (N.testbit a j) (N.testbit b j))) w.
Proof.
  unfold same, word. induction w as [|w IH] using N.peano_ind.
  - rewrite !N.pow_0_r, !N.mod_1_r; reflexivity.
  - rewrite N.peano_rec_succ, same_succ, IH; reflexivity.
Qed.

(* Gates ---------------------------------------------------------------------------------------- *)
Section Gates.
Variable nodes : M.t node.
Variable v : positive -> value.
Definition truth k := match v k with T b => b | W _ => false end.
Definition number k := match v k with W n => n | T _ => 0 end.
Definition meaning (n : node) : value :=
  match n with
  | Truth b => T b | Number n => W n
  | Not a => T (negb (truth a)) | And a b => T (truth a && truth b) | Or a b => T (truth a || truth b)
  | Iff a b => T (eqb (truth a) (truth b))
  | If c a b => T (if truth c then truth a else truth b)
  | Choose c a b => W (if truth c then number a else number b)
  | Land a b => W (N.land (number a) (number b)) | Lor a b => W (N.lor (number a) (number b))
  | Lxor a b => W (N.lxor (number a) (number b)) | Lnot w a => W (complement w (number a))
  | Same w a b => T (same w (number a) (number b)) | Below w a b => T (below w (number a) (number b))
  | At_most w a b => T (at_most w (number a) (number b))
  | Flip w a => W (sign_flipped w (number a))
  | Plus w a b => W (plus w (number a) (number b)) | Minus w a b => W (minus w (number a) (number b))
  | Left w a c => W (shifted_left w (number a) c) | Right w a c => W (shifted_right w (number a) c)
  | Word w a => W (word w (number a)) | Bits h l a => W (bits h l (number a))
  | Sign f t a => W (sign_extended f t (number a))
  end.
Definition carried (k : positive) (n : node) (j : N) : bool :=
  match n with
  | Same _ a b => number a mod 2 ^ j =? number b mod 2 ^ j
  | Below _ a b => number a mod 2 ^ j <? number b mod 2 ^ j
  | At_most _ a b => number a mod 2 ^ j <=? number b mod 2 ^ j
  | Plus _ a b => carry (number a) (number b) j
  | Minus _ _ b => carry (number k) (number b) j
  | _ => false
  end.
Definition real (x : var) : bool :=
  match x with
  | B k => truth k
  | V k j => N.testbit (number k) j
  | A k j => match M.find k nodes with Some n => carried k n j | None => false end
  end.
Hypothesis equations : forall k n, M.find k nodes = Some n -> v k = meaning n.

(* A truth value and a bit of a word, through the operators that move or join bits. *)
Fixpoint truth_of (fuel : nat) (k : positive) : formula :=
  match fuel with
  | O => X (B k)
  | S f => match M.find k nodes with
           | Some (Truth b) => C b
           | Some (Not a) => neg (truth_of f a)
           | _ => X (B k)
           end
  end.
Fixpoint bit_of (fuel : nat) (k : positive) (j : N) : formula :=
  match fuel with
  | O => X (V k j)
  | S f =>
    match M.find k nodes with
    | Some (Number n) => C (N.testbit n j)
    | Some (Land a b) => con (bit_of f a j) (bit_of f b j)
    | Some (Lor a b) => dis (bit_of f a j) (bit_of f b j)
    | Some (Lxor a b) => xor (bit_of f a j) (bit_of f b j)
    | Some (Lnot w a) => if j <? w then neg (bit_of f a j) else C false
    | Some (Flip w a) => if j =? w - 1 then neg (bit_of f a j) else bit_of f a j
    | Some (Left w a c) => if (j <? w) && (c <=? j) then bit_of f a (j - c) else C false
    | Some (Right w a c) => if j + c <? w then bit_of f a (j + c) else C false
    | Some (Word w a) => if j <? w then bit_of f a j else C false
    | Some (Bits h l a) => if j <? h - l + 1 then bit_of f a (j + l) else C false
    | Some (Sign s t a) => if j <? s then bit_of f a j else if j <? t then bit_of f a (s - 1) else C false
    | _ => X (V k j)
    end
  end.
Lemma truth_of_ok fuel : forall k, holds real (truth_of fuel k) = truth k.
Proof.
  induction fuel as [|f IH]; intros k; [reflexivity|]. cbn [truth_of].
  destruct (M.find k nodes) as [n|] eqn:E; [|reflexivity].
  pose proof (equations k n E) as Q. destruct n; try reflexivity; unfold truth at 1; rewrite Q; cbn [meaning].
  - reflexivity.
  - rewrite neg_ok, IH; reflexivity.
Qed.
Lemma bit_of_ok fuel : forall k j, holds real (bit_of fuel k j) = N.testbit (number k) j.
Proof.
  induction fuel as [|f IH]; intros k j; [reflexivity|]. cbn [bit_of].
  destruct (M.find k nodes) as [n|] eqn:E; [|reflexivity].
  pose proof (equations k n E) as Q.
  destruct n; try reflexivity; unfold number at 1; rewrite Q; cbn [meaning].
  - reflexivity.
  - rewrite con_ok, !IH, N.land_spec; reflexivity.
  - rewrite dis_ok, !IH, N.lor_spec; reflexivity.
  - rewrite xor_ok, !IH, N.lxor_spec; reflexivity.
  - unfold complement; rewrite N.lxor_spec, word_bit, ones_bit.
    destruct (j <? w); [rewrite neg_ok, IH, xorb_true_r|]; reflexivity.
  - unfold sign_flipped; rewrite N.lxor_spec, N.pow2_bits_eqb, (N.eqb_sym (w - 1) j).
    destruct (j =? w - 1); rewrite ?neg_ok, IH, ?xorb_true_r, ?xorb_false_r; reflexivity.
  - unfold shifted_left; rewrite word_bit. destruct (j <? w); [|reflexivity]. cbn [andb].
    destruct (N.leb_spec by_ j); [rewrite IH, N.shiftl_spec_high' by assumption
      | rewrite N.shiftl_spec_low by assumption]; reflexivity.
  - unfold shifted_right; rewrite N.shiftr_spec', word_bit.
    destruct (j + by_ <? w); [apply IH | reflexivity].
  - rewrite word_bit. destruct (j <? w); [apply IH | reflexivity].
  - unfold bits; rewrite word_bit, N.shiftr_spec'. destruct (j <? high - low + 1); [apply IH | reflexivity].
  - unfold sign_extended. destruct (N.testbit (number a) (from - 1)) eqn:S.
    + rewrite N.lor_spec, word_bit, N.ldiff_spec, !ones_bit.
      destruct (j <? from); cbn [negb]; [rewrite IH, andb_false_r, orb_false_r; reflexivity|].
      destruct (j <? to); [rewrite IH|]; cbn; auto.
    + rewrite word_bit. destruct (j <? from); [apply IH|]. destruct (j <? to); [rewrite IH|]; auto.
Qed.

Definition fuel : nat := 8.
Definition tt_ := truth_of fuel.
Definition bb := bit_of fuel.
Definition differ a b j := xor (bb a j) (bb b j).
Definition all_same (w : N) (a b : positive) : formula :=
  N.peano_rec (fun _ => formula) (C true) (fun j r => con r (neg (differ a b j))) w.

(* What a clause may rest on: how a variable is made of others; for comparisons at once or as a chain. *)
Definition gate (x : var) (chained : bool) : option formula :=
  match x with
  | B k =>
    match M.find k nodes with
    | Some (And a b) => Some (con (tt_ a) (tt_ b))
    | Some (Or a b) => Some (dis (tt_ a) (tt_ b))
    | Some (Iff a b) => Some (neg (xor (tt_ a) (tt_ b)))
    | Some (If c a b) => Some (ite (tt_ c) (tt_ a) (tt_ b))
    | Some (Same w a b) => Some (if chained then X (A k w) else all_same w a b)
    | Some (Below w _ _) | Some (At_most w _ _) => Some (X (A k w))
    | Some _ => Some (tt_ k)
    | None => None
    end
  | V k j =>
    match M.find k nodes with
    | Some (Choose c a b) => Some (ite (tt_ c) (bb a j) (bb b j))
    | Some (Plus w a b) => Some (if j <? w then xor (differ a b j) (X (A k j)) else C false)
    | Some (Minus w a b) => Some (if j <? w then xor (differ a b j) (X (A k j)) else C false)
    | Some _ => Some (bb k j)
    | None => None
    end
  | A k j =>
    match M.find k nodes, j with
    | Some (Same _ _ _), 0 | Some (At_most _ _ _), 0 => Some (C true)
    | Some (Below _ _ _), 0 | Some (Plus _ _ _), 0 | Some (Minus _ _ _), 0 => Some (C false)
    | Some (Same _ a b), Npos _ => Some (con (X (A k (N.pred j))) (neg (differ a b (N.pred j))))
    | Some (Below _ a b), Npos _ | Some (At_most _ a b), Npos _ =>
      Some (ite (differ a b (N.pred j)) (bb b (N.pred j)) (X (A k (N.pred j))))
    | Some (Plus _ a b), Npos _ => Some (ite (differ a b (N.pred j)) (X (A k (N.pred j))) (bb a (N.pred j)))
    | Some (Minus _ _ b), Npos _ =>
      Some (ite (xor (X (V k (N.pred j))) (bb b (N.pred j))) (X (A k (N.pred j))) (X (V k (N.pred j))))
    | _, _ => None
    end
  end.
Lemma some_is {S} (x y : S) : Some x = Some y -> x = y.
Proof. congruence. Qed.
Lemma tt_ok k : holds real (tt_ k) = truth k.
Proof. apply truth_of_ok. Qed.
Lemma bb_ok k j : holds real (bb k j) = N.testbit (number k) j.
Proof. apply bit_of_ok. Qed.
Lemma differ_ok a b j : holds real (differ a b j) = xorb (N.testbit (number a) j) (N.testbit (number b) j).
Proof. unfold differ; rewrite xor_ok, !bb_ok; reflexivity. Qed.
Lemma all_same_ok w a b : holds real (all_same w a b) = same w (number a) (number b).
Proof.
  rewrite same_forall. unfold all_same. induction w as [|w IH] using N.peano_ind; [reflexivity|].
  rewrite !N.peano_rec_succ, con_ok, IH, neg_ok, differ_ok; reflexivity.
Qed.
Opaque tt_ bb differ all_same.
Lemma chain_ok k p f : gate (A k (Npos p)) false = Some f -> real (A k (Npos p)) = holds real f.
Proof.
  cbn [gate]. destruct (M.find k nodes) as [n|] eqn:E; [|discriminate].
  assert (S : Npos p = N.succ (N.pred (Npos p))) by (symmetry; apply N.succ_pred; discriminate).
  set (j := N.pred (Npos p)) in *. clearbody j.
  destruct n; try discriminate; intros H; apply some_is in H; subst f; cbn [real]; rewrite E, S; cbn [carried].
  - rewrite same_succ, con_ok, neg_ok, differ_ok; cbn [holds real]; rewrite E; reflexivity.
  - rewrite below_succ, ite_ok, bb_ok, differ_ok; cbn [holds real]; rewrite E; reflexivity.
  - rewrite at_most_succ, ite_ok, bb_ok, differ_ok; cbn [holds real]; rewrite E; reflexivity.
  - rewrite carry_succ, ite_ok, bb_ok, differ_ok; cbn [holds real]; rewrite E; reflexivity.
  - rewrite carry_succ, ite_ok, xor_ok, bb_ok; cbn [holds real]; rewrite E; reflexivity.
Qed.
Lemma gate_ok x chained f : gate x chained = Some f -> real x = holds real f.
Proof.
  destruct x as [k|k j|k j].
  - cbn [gate real]. destruct (M.find k nodes) as [n|] eqn:E; [|discriminate].
    pose proof (equations k n E) as Q.
    destruct n; intros H; apply some_is in H; subst f; rewrite ?tt_ok; try reflexivity; unfold truth; rewrite Q; cbn [meaning];
      rewrite ?con_ok, ?dis_ok, ?neg_ok, ?xor_ok, ?ite_ok, ?tt_ok; try reflexivity.
    + destruct (truth a), (truth b); reflexivity.
    + destruct chained; [cbn [holds real]; rewrite E | rewrite all_same_ok]; reflexivity.
    + cbn [holds real]; rewrite E; reflexivity.
    + cbn [holds real]; rewrite E; reflexivity.
  - cbn [gate real]. destruct (M.find k nodes) as [n|] eqn:E; [|discriminate].
    pose proof (equations k n E) as Q.
    destruct n; intros H; apply some_is in H; subst f; rewrite ?bb_ok; try reflexivity; unfold number at 1; rewrite Q; cbn [meaning].
    + rewrite ite_ok, tt_ok, !bb_ok. destruct (truth c); reflexivity.
    + unfold plus; rewrite word_bit. destruct (j <? w); [|reflexivity].
      rewrite plus_bit, xor_ok, differ_ok; cbn [holds real]; rewrite E; reflexivity.
    + destruct (j <? w) eqn:L; [|apply minus_high, L].
      rewrite minus_bit, xor_ok, differ_ok by assumption; cbn [holds real]; rewrite E; cbn [carried].
      assert (R : number k = minus w (number a) (number b)) by (unfold number at 1; rewrite Q; reflexivity).
      rewrite R; reflexivity.
  - destruct j as [|p].
    + cbn [gate real]. destruct (M.find k nodes) as [n|]; [|discriminate].
      destruct n; try discriminate; intros H; apply some_is in H; subst f; cbn [carried]; unfold carry;
        rewrite ?N.pow_0_r, ?N.mod_1_r; reflexivity.
    + intros H; apply chain_ok; destruct chained; exact H.
Qed.
End Gates.
Transparent tt_ bb differ all_same.

(* Certificates --------------------------------------------------------------------------------- *)
Definition literal := (bool * var)%type.
Definition clause := list literal.
Definition lit_eqb (l m : literal) := eqb (fst l) (fst m) && var_eqb (snd l) (snd m).
Definition opposite (l : literal) : literal := (negb (fst l), snd l).
Definition sat (rho : var -> bool) (l : literal) := eqb (fst l) (rho (snd l)).
Lemma opposite_ok rho l : sat rho (opposite l) = negb (sat rho l).
Proof. destruct l as [[] x]; unfold sat; cbn; destruct (rho x); reflexivity. Qed.
Lemma lit_eqb_true l m : lit_eqb l m = true -> l = m.
Proof.
  destruct l, m; unfold lit_eqb; cbn. rewrite andb_true_iff; intros [H1 H2].
  apply eqb_prop in H1; apply var_eqb_true in H2; congruence.
Qed.

Inductive step := By_gate (x : var) (chained : bool) (c : clause) | By_clauses (c : clause) (hints : list positive).

Fixpoint falsified (c : clause) (f : formula) : formula :=
  match c with [] => f | (s, x) :: c => falsified c (set x (negb s) f) end.
Lemma falsified_ok rho c : existsb (sat rho) c = false -> forall f, holds rho (falsified c f) = holds rho f.
Proof.
  induction c as [|[s x] c IH]; [reflexivity|]. cbn [existsb falsified]. rewrite orb_false_iff; intros [H G] f.
  rewrite IH, set_ok; auto. unfold sat in H; cbn in H. destruct s, (rho x); auto; discriminate.
Qed.
Definition implied (x : var) (f : formula) (c : clause) : bool := always 12 (falsified c (xor (X x) f)).
Lemma implied_ok rho x f c : rho x = holds rho f -> implied x f c = true -> existsb (sat rho) c = true.
Proof.
  unfold implied. generalize 12%nat; intros n H I. destruct (existsb (sat rho) c) eqn:E; [reflexivity|].
  apply (always_ok rho) in I. rewrite (falsified_ok rho c E), xor_ok in I; cbn [holds] in I.
  rewrite H, xorb_nilpotent in I; discriminate.
Qed.

Section Propagation.
Variable known : M.t clause.
(* The literals that are true, a few under each key. *)
Fixpoint mixed (p k : positive) : positive :=
  match p with xH => xO k | xO p => xO (mixed p k) | xI p => xI (mixed p k) end.
Definition key (x : var) : positive :=
  match x with B k => xO k | V k j => xI (mixed (N.succ_pos j) k) | A k j => xO (mixed (N.succ_pos j) k) end.
Definition trail := M.t (list literal).
Definition under (t : trail) (p : positive) : list literal :=
  match M.find p t with Some ls => ls | None => [] end.
Definition put (l : literal) (t : trail) : trail := let p := key (snd l) in M.add p (l :: under t p) t.
Definition is_false (t : trail) (l : literal) : bool := existsb (lit_eqb (opposite l)) (under t (key (snd l))).
Definition left (t : trail) (c : clause) : clause := filter (fun l => negb (is_false t l)) c.
Fixpoint conflict (t : trail) (hints : list positive) : bool :=
  match hints with
  | [] => false
  | h :: hints =>
    match M.find h known with
    | None => false
    | Some c =>
      match left t c with
      | [] => true
      | [l] => conflict (put l t) hints
      | _ => false
      end
    end
  end.
Definition follows (c : clause) (hints : list positive) : bool :=
  conflict (fold_right (fun l => put (opposite l)) (M.empty _) c) hints.
Variable rho : var -> bool.
Hypothesis true_all : forall h c, M.find h known = Some c -> existsb (sat rho) c = true.
Definition all_hold (t : trail) := forall p l, In l (under t p) -> sat rho l = true.
Lemma put_ok l t : all_hold t -> sat rho l = true -> all_hold (put l t).
Proof.
  intros H S p m. unfold put, under at 1; cbn zeta.
  destruct (Pos.eq_dec p (key (snd l))) as [->|N]; [rewrite M.gss; intros [<-|I]; [exact S | exact (H _ _ I)]|].
  rewrite M.gso by assumption. exact (H p m).
Qed.
Lemma left_ok t c : all_hold t -> existsb (sat rho) c = true -> existsb (sat rho) (left t c) = true.
Proof.
  intros H E. apply existsb_exists in E as [l [I S]]. apply existsb_exists; exists l; split; [|exact S].
  apply filter_In; split; [exact I|]. apply negb_true_iff. unfold is_false.
  destruct (existsb _ _) eqn:F; [|reflexivity].
  apply existsb_exists in F as [m [J Q]]. apply lit_eqb_true in Q; subst m.
  apply H in J. rewrite opposite_ok, S in J; discriminate.
Qed.
Lemma conflict_ok hints : forall t, conflict t hints = true -> all_hold t -> False.
Proof.
  induction hints as [|h hints IH]; intros t; cbn [conflict]; [discriminate|].
  destruct (M.find h known) as [c|] eqn:E; [|discriminate]. intros C H.
  pose proof (left_ok t c H (true_all h c E)) as P.
  destruct (left t c) as [|l [|]]; cbn [existsb] in P; [discriminate| |discriminate].
  rewrite orb_false_r in P. exact (IH _ C (put_ok l t H P)).
Qed.
Lemma follows_ok c hints : follows c hints = true -> existsb (sat rho) c = true.
Proof.
  intros C. destruct (existsb (sat rho) c) eqn:E; [reflexivity|]. exfalso.
  refine (conflict_ok hints _ C _). clear C. induction c as [|l c IH].
  - intros p l. unfold under. rewrite M.gempty. intros [].
  - cbn [existsb] in E. apply orb_false_iff in E as [S E]. cbn [fold_right].
    apply put_ok; [exact (IH E) | rewrite opposite_ok, S; reflexivity].
Qed.
End Propagation.

Fixpoint run (nodes : M.t node) (known : M.t clause) (next : positive) (steps : list step) : bool :=
  match steps with
  | [] => false
  | s :: steps =>
    match s with
    | By_gate x chained c =>
      match gate nodes x chained with
      | Some f => implied x f c && run nodes (M.add next c known) (Pos.succ next) steps
      | None => false
      end
    | By_clauses c hints =>
      follows known c hints &&
      match c with [] => true | _ => run nodes (M.add next c known) (Pos.succ next) steps end
    end
  end.
Fixpoint table {T} (l : list (positive * T)) : M.t T :=
  match l with [] => M.empty T | (k, x) :: l => M.add k x (table l) end.
Fixpoint numbered (n : positive) (l : list clause) (t : M.t clause) : M.t clause * positive :=
  match l with [] => (t, n) | c :: l => numbered (Pos.succ n) l (M.add n c t) end.
Definition check (nodes : list (positive * node)) (hyps : list positive) (goal : positive) (steps : list step) : bool :=
  let (known, next) := numbered 1 (map (fun k => [(true, B k)]) hyps ++ [[(false, B goal)]]) (M.empty clause) in
  run (table nodes) known next steps.

Section Soundness.
Variable nodes : M.t node.
Variable v : positive -> value.
Hypothesis equations : forall k n, M.find k nodes = Some n -> v k = meaning v n.
Let rho := real nodes v.
Let valid (known : M.t clause) := forall h c, M.find h known = Some c -> existsb (sat rho) c = true.
Lemma valid_add n c known : valid known -> existsb (sat rho) c = true -> valid (M.add n c known).
Proof.
  intros K S h d. destruct (Pos.eq_dec h n) as [->|N]; [rewrite M.gss; intros [= <-]; exact S|].
  rewrite M.gso by assumption; apply K.
Qed.
Lemma run_ok steps : forall known next, valid known -> run nodes known next steps = true -> False.
Proof.
  induction steps as [|s steps IH]; intros known next K; cbn [run]; [discriminate|].
  destruct s as [x chained c|c hints].
  - destruct (gate nodes x chained) as [f|] eqn:G; [|discriminate].
    rewrite andb_true_iff; intros [I R]. refine (IH _ _ (valid_add _ _ _ K _) R).
    apply (implied_ok rho x f c); [exact (gate_ok nodes v equations x chained f G) | exact I].
  - rewrite andb_true_iff; intros [I R]. apply (follows_ok known rho K) in I.
    destruct c as [|l c]; [discriminate|]. exact (IH _ _ (valid_add _ _ _ K I) R).
Qed.
Lemma numbered_ok l : forall n t, valid t -> Forall (fun c => existsb (sat rho) c = true) l ->
  valid (fst (numbered n l t)).
Proof.
  induction l as [|c l IH]; intros n t K F; [exact K|]. inversion F; subst. apply IH; [apply valid_add|]; assumption.
Qed.
End Soundness.

(* What a theorem has to show: that the values are made as the nodes say, and that the hypotheses hold. *)
Fixpoint made (v : positive -> value) (nodes : list (positive * node)) : Prop :=
  match nodes with [] => True | (k, n) :: nodes => v k = meaning v n /\ made v nodes end.
Fixpoint all_true (v : positive -> value) (ks : list positive) : Prop :=
  match ks with [] => True | k :: ks => truth v k = true /\ all_true v ks end.

Lemma made_app v l m : made v l -> made v m -> made v (l ++ m).
Proof. induction l as [|[k n] l IH]; cbn; [auto|]. intros [E L] R; split; [exact E | exact (IH L R)]. Qed.

Lemma table_ok v nodes : made v nodes -> forall k n, M.find k (table nodes) = Some n -> v k = meaning v n.
Proof.
  induction nodes as [|[l m] nodes IH]; cbn [table made]; [intros _ k n; rewrite M.gempty; discriminate|].
  intros [E R] k n. destruct (Pos.eq_dec k l) as [->|N]; [rewrite M.gss; intros [= <-]; exact E|].
  rewrite M.gso by assumption; apply IH, R.
Qed.

Theorem certified nodes hyps goal steps : check nodes hyps goal steps = true ->
  forall v, made v nodes -> all_true v hyps -> truth v goal = true.
Proof.
  intros H v E K. destruct (truth v goal) eqn:G; [reflexivity|]. exfalso.
  unfold check in H.
  set (given := map (fun k => [(true, B k)]) hyps ++ [[(false, B goal)]]) in *.
  pose proof (numbered_ok (table nodes) v given 1 (M.empty clause)) as Q.
  destruct (numbered 1 given (M.empty clause)) as [known next]. cbn [fst] in Q.
  refine (run_ok (table nodes) v (table_ok v nodes E) steps known next (Q _ _) H).
  - intros h c; rewrite M.gempty; discriminate.
  - unfold given; apply Forall_app; split.
    + clear - K. induction hyps as [|k hyps IH]; constructor; destruct K as [K1 K2]; [|apply IH, K2].
      cbn. unfold sat; cbn. rewrite K1; reflexivity.
    + repeat constructor. cbn. unfold sat; cbn. rewrite G; reflexivity.
Qed.
