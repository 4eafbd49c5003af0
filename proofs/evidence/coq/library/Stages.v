(* SPDX-License-Identifier: GPL-2.0-only *)
(* How are products and shifts by a word made of additions and shifts by constants?

   Each from stages, one for a bit of the second operand, so that a certificate can speak of what is between
   them.  A stage is written with the functions of Words.v that nodes of Check.v mean.  Trusted: nothing. *)

From Coq Require Import NArith Bool Lia.
From Stage2 Require Import Words.
Local Open Scope N_scope.

(* Whether bit i of b is set. *)
Definition is_set (b : N) (i : nat) : bool := same 1 (bits (N.of_nat i) (N.of_nat i) b) 1.

(* After the lowest n bits of b: a shifted by them (a barrel shifter), and its product with them. *)
Fixpoint left_stage (w a b : N) (n : nat) : N :=
  match n with
  | O => word w a
  | S i => if is_set b i then shifted_left w (left_stage w a b i) (2 ^ N.of_nat i) else left_stage w a b i
  end.
Fixpoint right_stage (w a b : N) (n : nat) : N :=
  match n with
  | O => word w a
  | S i => if is_set b i then shifted_right w (right_stage w a b i) (2 ^ N.of_nat i) else right_stage w a b i
  end.
Fixpoint times_stage (w a b : N) (n : nat) : N :=
  match n with
  | O => 0
  | S i => if is_set b i then plus w (times_stage w a b i) (shifted_left w a (N.of_nat i)) else times_stage w a b i
  end.
Definition stages (w : N) : nat := N.to_nat (N.log2_up w).

(* The lowest bits of a number, one more at a time. *)
Lemma is_set_ok b i : is_set b i = N.testbit b (N.of_nat i).
Proof.
  unfold is_set, same, bits, word. rewrite N.sub_diag. cbn [N.add]. change (2 ^ 1) with 2.
  rewrite N.mod_mod by discriminate. rewrite <- N.bit0_mod, N.shiftr_spec'. cbn [N.add].
  destruct (N.testbit b (N.of_nat i)); reflexivity.
Qed.
Lemma next_bit b i : b mod 2 ^ N.of_nat (S i) =
  b mod 2 ^ N.of_nat i + (if is_set b i then 2 ^ N.of_nat i else 0).
Proof.
  rewrite is_set_ok, Nnat.Nat2N.inj_succ, N.pow_succ_r', N.mul_comm.
  rewrite N.mod_mul_r by (try apply N.pow_nonzero; discriminate).
  rewrite <- N.testbit_spec'. destruct (N.testbit b (N.of_nat i)); cbn [N.b2n]; lia.
Qed.
Lemma nonzero w : 2 ^ w <> 0.
Proof. apply N.pow_nonzero; discriminate. Qed.
Lemma all_bits w b : word w b < w -> b mod 2 ^ N.of_nat (stages w) = word w b.
Proof.
  unfold stages, word; rewrite Nnat.N2Nat.id; intros H.
  assert (L : N.log2_up w <= w) by (destruct w; [reflexivity|]; apply N.log2_up_le_lin; lia).
  assert (U : w <= 2 ^ N.log2_up w).
  { destruct (N.le_gt_cases w 1) as [A|A]; [|apply N.log2_up_spec, A].
    pose proof (nonzero (N.log2_up w)); lia. }
  rewrite <- (N.mod_small (b mod 2 ^ w) (2 ^ N.log2_up w)) by lia.
  rewrite (N.div_mod b (2 ^ w) (nonzero w)) at 1.
  replace (2 ^ w) with (2 ^ (w - N.log2_up w) * 2 ^ N.log2_up w) at 1
    by (rewrite <- N.pow_add_r; f_equal; lia).
  rewrite <- N.mul_assoc, (N.mul_comm (2 ^ N.log2_up w)), N.mul_assoc, N.add_comm.
  apply N.mod_add, nonzero.
Qed.

(* What the stages are. *)
Lemma left_stage_ok w a b n : left_stage w a b n = shifted_left w a (b mod 2 ^ N.of_nat n).
Proof.
  induction n as [|n IH].
  - cbn [left_stage N.of_nat]. rewrite N.pow_0_r, N.mod_1_r. unfold shifted_left. rewrite N.shiftl_0_r; reflexivity.
  - rewrite next_bit; cbn [left_stage]. rewrite IH. destruct (is_set b n); [|rewrite N.add_0_r; reflexivity].
    unfold shifted_left, word. rewrite !N.shiftl_mul_pow2, N.mul_mod_idemp_l by apply nonzero.
    rewrite N.pow_add_r, N.mul_assoc; reflexivity.
Qed.
Lemma right_stage_ok w a b n : right_stage w a b n = shifted_right w a (b mod 2 ^ N.of_nat n).
Proof.
  induction n as [|n IH].
  - cbn [right_stage N.of_nat]. rewrite N.pow_0_r, N.mod_1_r. reflexivity.
  - rewrite next_bit; cbn [right_stage]. rewrite IH. destruct (is_set b n); [|rewrite N.add_0_r; reflexivity].
    unfold shifted_right. rewrite <- N.shiftr_shiftr. f_equal. unfold word. apply N.mod_small.
    rewrite N.shiftr_div_pow2. pose proof (N.mod_lt a (2 ^ w) (nonzero w)).
    apply N.le_lt_trans with (m := a mod 2 ^ w); [|assumption].
    apply N.div_le_upper_bound; [apply nonzero|].
    pose proof (nonzero (b mod 2 ^ N.of_nat n)) as P. rewrite <- (N.mul_1_l (a mod 2 ^ w)) at 1.
    apply N.mul_le_mono_r; lia.
Qed.
Lemma times_stage_ok w a b n : times_stage w a b n = times w a (b mod 2 ^ N.of_nat n).
Proof.
  induction n as [|n IH].
  - cbn [times_stage N.of_nat]. rewrite N.pow_0_r, N.mod_1_r. unfold times, word. rewrite N.mul_0_r, N.mod_0_l by apply nonzero; reflexivity.
  - rewrite next_bit; cbn [times_stage]. rewrite IH. destruct (is_set b n); [|rewrite N.add_0_r; reflexivity].
    unfold plus, times, shifted_left, word. rewrite <- N.add_mod by apply nonzero.
    rewrite N.shiftl_mul_pow2, N.mul_add_distr_l; reflexivity.
Qed.

(* What a certificate uses. *)
Lemma too_far w b : below w b w = (word w b <? w).
Proof. unfold below. unfold word at 2. rewrite (N.mod_small w) by (apply N.pow_gt_lin_r; lia); reflexivity. Qed.
Theorem left_by_stages w a b :
  shifted_left_by w a b = if below w b w then left_stage w a b (stages w) else 0.
Proof.
  unfold shifted_left_by. rewrite too_far. destruct (N.ltb_spec (word w b) w); [|reflexivity].
  rewrite left_stage_ok, all_bits by assumption; reflexivity.
Qed.
Theorem right_by_stages w a b :
  shifted_right_by w a b = if below w b w then right_stage w a b (stages w) else 0.
Proof.
  unfold shifted_right_by. rewrite too_far. destruct (N.ltb_spec (word w b) w); [|reflexivity].
  rewrite right_stage_ok, all_bits by assumption; reflexivity.
Qed.
Theorem times_by_stages w a b : times w a b = times_stage w a b (N.to_nat (N.size b)).
Proof.
  rewrite times_stage_ok, Nnat.N2Nat.id, N.mod_small by apply N.size_gt; reflexivity.
Qed.
