//! Values at their places.

use super::check;

#[test]
fn right_of_a_label_is_its_own_cell_then_the_next() {
    let field = "type = \"money\"\nlabel = \"Total\"\nvalue = { right = true }";
    check(field, "Total: 12.50\n", &["12.50"]);
    check(field, "Total:12.50\n", &["12.50"]);
    check(field, "Tota1      RM 12.50      0.75\n", &["RM 12.50", "0.75"]);
    check(field, "Subtotal 11.00\n", &[]);
}

#[test]
fn right_of_a_label_goes_no_further_than_it_says() {
    let field = "type = \"integer\"\nlabel = \"No.\"\nvalue = { right = \"20mm\" }";
    check(field, "No.     1234\n", &["1234"]);
    check(field, "No.                1234\n", &[]);
}

#[test]
fn a_label_has_one_date() {
    let field = "type = \"date\"\norder = \"dmy\"\nlabel = \"Date\"\nvalue = { right = true }";
    check(field, "Date 12.03.2020    Period    01.02.2020\n", &["12.03.2020"]);
    check(field, "Date    Paris    01.02.2020\n", &["Paris", "01.02.2020"]);
}

#[test]
fn a_value_ends_at_an_excluded_caption() {
    let field =
        "type = \"text\"\nlabel = \"Name\"\nexclude = [\"Address\"]\nvalue = { right = true }";
    check(field, "Name Ann Hill Address 12 Mill Road\n", &["Ann Hill"]);
}

#[test]
fn an_excluded_caption_hides_the_label_in_it() {
    let field =
        "type = \"money\"\nlabel = \"Total\"\nexclude = [\"Total Tax\"]\nvalue = { right = true }";
    check(field, "Total Tax 0.75\nTotal 12.50\n", &["12.50"]);
}

#[test]
fn below_a_label_is_its_column() {
    let page = "Name of owner        Number\n  Mill & Sons        4711\n  Ltd.\n";
    let owner = "type = \"text\"\nlabel = \"Name of owner\"\nvalue = { below = \"15mm\" }";
    check(owner, page, &["Mill & Sons\nLtd.", "Mill & Sons"]);
    let number = "type = \"integer\"\nlabel = \"Number\"\nvalue = { below = \"15mm\" }";
    check(number, page, &["4711"]);
    let one = "type = \"text\"\nlabel = \"Name of owner\"\nvalue = { below = \"15mm\", lines = 1 }";
    check(one, page, &["Mill & Sons"]);
}

#[test]
fn what_is_below_a_label_ends_at_rules_labels_and_gaps() {
    let until = |until: &str| {
        format!(
            "type = \"text\"\nlabel = \"Name\"\nvalue = {{ below = \"40mm\", until = {until} }}"
        )
    };
    check(&until("\"rule\""), "Name\nMill\n--------\nSons\n", &["Mill"]);
    check(&until("[\"Phone\"]"), "Name\nMill\nPhone 12\n", &["Mill"]);
    check(&until("{ gap = 2.0 }"), "Name\nMill\n\n\nSons\n", &["Mill"]);
}

#[test]
fn a_cell_is_the_rest_of_its_line_and_the_lines_below() {
    let field = "type = \"text\"\nlabel = \"1. Name of registrant\"\nvalue = { cell = \"10mm\" }";
    let page = "1. Name of registrant Office of the\n       Island of Mull\n";
    check(field, page, &["Office of the\nIsland of Mull", "Office of the"]);
}

#[test]
fn above_and_left_of_a_label_and_its_line() {
    let value = |value: &str| format!("type = \"text\"\nlabel = \"Signature\"\nvalue = {value}");
    check(&value("{ above = \"8mm\" }"), "Ann Hill\nSignature\n", &["Ann Hill"]);
    check(&value("{ left = true }"), "Ann Hill Signature\n", &["Ann Hill"]);
    check(&value("{ line = true }"), "Ann Hill Signature\n", &["Ann Hill Signature"]);
}

#[test]
fn a_place_may_have_labels_of_its_own() {
    let field = "type = \"text\"\nlabel = \"Owner\"\n\
        value = [{ right = true }, { label = \"Keeper\", below = \"8mm\" }]";
    check(field, "Keeper\nAnn Hill\n", &["Ann Hill"]);
}

#[test]
fn a_zone_holds_whatever_stands_there() {
    let field = "type = \"text\"\n\
        value = { zone = { left = 0.0, top = 0.0, right = 1.0, bottom = 0.4 }, lines = 1 }";
    check(field, "Mill & Sons\n\n\n\nThank you\n", &["Mill & Sons"]);
}

#[test]
fn an_enum_is_found_by_its_names() {
    let field = "type = \"enum\"\nvalues = [{ value = \"a\", synonyms = [\"Short Form\"] }, \"Long Form\"]\n\
        value = { pattern = true }";
    check(field, "THE SH0RT F0RM OF 1966\n", &["SH0RT F0RM"]);
}

#[test]
fn between_two_labels_in_reading_order() {
    let field =
        "type = \"text\"\nvalue = { between = { from = [\"Remarks\"], to = [\"Signed\"] } }";
    check(field, "Remarks all is\nwell Signed A. Hill\n", &["all is\nwell"]);
}

#[test]
fn a_pattern_finds_its_value_anywhere_and_cuts_it_out() {
    let field = "type = \"date\"\npattern = '(\\d+/\\d+/\\d+)'";
    check(field, "printed 3/4/78 by\nA. Hill 5/6/79\n", &["3/4/78", "5/6/79"]);
}

#[test]
fn a_passage_runs_from_one_line_to_another() {
    let field = "type = \"text\"\nvalue = { passage = '^No', ends = '^Tel', lines = 4 }";
    check(field, "MILL\nNo 4, Mill Road\nOban\nTel 55\nNo 5\n", &["No 4, Mill Road\nOban", "No 5"]);
}

#[test]
fn the_patterns_of_a_passage_see_the_lines_after() {
    let field = "type = \"text\"\nvalue = { passage = '^[A-Z ]+\\n\\(\\d+\\)' }";
    check(field, "WELCOME TO\nMILL AND SONS\n(4711)\n", &["MILL AND SONS"]);
}

#[test]
fn chooses_the_first_the_last_or_the_largest() {
    let field = |choose: &str| {
        format!("type = \"money\"\npattern = '\\d+\\.\\d\\d'\nchoose = \"{choose}\"")
    };
    let page = "5.00\n12.50\n9.00\n";
    check(&field("first"), page, &["5.00", "12.50", "9.00"]);
    check(&field("last"), page, &["9.00", "12.50", "5.00"]);
    check(&field("largest"), page, &["12.50", "9.00", "5.00"]);
}

#[test]
fn an_earlier_label_of_the_list_is_preferred() {
    let field = "type = \"money\"\nlabel = [\"Grand Total\", \"Total\"]\nvalue = { right = true }";
    check(field, "Total 11.00\nGrand Total 12.50\n", &["12.50", "11.00"]);
}

#[test]
fn what_is_said_twice_counts_more() {
    let field = "type = \"money\"\nlabel = \"Total\"\nvalue = { right = true }";
    check(field, "Total 4.00\nTotal 5.00\nTotal 5.00\n", &["5.00", "5.00", "4.00"]);
}

#[test]
fn the_rows_of_a_table_say_a_value_once() {
    let field = "type = \"date\"\norder = \"mdy\"\nlabel = \"Date\"\npattern = '\\d\\d/\\d\\d/\\d\\d'\nvalue = [{ right = true }, { pattern = true }]";
    let row = "12/30/19 Show 45.00\n";
    let page = format!("Date 01/26/20\n\n{}", row.repeat(5));
    check(field, &page, &["01/26/20", "12/30/19", "12/30/19", "12/30/19", "12/30/19", "12/30/19"]);
}

#[test]
fn a_label_is_more_than_its_first_word() {
    let field = "type = \"integer\"\nlabel = \"Registration No.\"\nvalue = { right = true }";
    check(field, "Registration at 20530\nReg1stration N0. 2714\n", &["2714"]);
    check(field, "Registration N9083\n", &[]);
}

#[test]
fn joins_what_the_recognizer_put_in_two_blocks() {
    let mut page = super::draw("Total        12.50\n");
    let value = page.lines[0].words.split_off(1);
    page.lines.push(crate::document::Line { block: 7, paragraph: 0, words: value });
    let field = "[fields.value]\ntype = \"money\"\nlabel = \"Total\"\n";
    let model = super::model("page", field);
    let records = super::page(&model, super::PageNumber::FIRST, &page).unwrap();
    assert_eq!(super::texts(&records[0], 0), ["12.50"]);
}

#[test]
fn a_label_may_be_broken_over_two_lines() {
    let field = "type = \"date\"\nlabel = \"Date of issue\"\npattern = '\\d+/\\d+/\\d+'\n\
        value = [{ right = \"60mm\" }, { below = \"10mm\" }]";
    check(field, "Date of      3/4/78\nissue        Oban\n", &["3/4/78"]);
    check(field, "Date of\nissue        3/4/78\n", &["3/4/78"]);
    check(field, "Date 0f      Place\nissue        Oban\n3/4/78       x\n", &["3/4/78"]);
    check(field, "Date of      Place\nbirth        Oban\n3/4/78       x\n", &[]);
    check(field, "Date of birth\nissue 3/4/78\n", &[]);
}

#[test]
fn labels_are_found_through_confused_letters() {
    let field = |label: &str| {
        format!("type = \"integer\"\nlabel = \"{label}\"\nvalue = {{ right = true }}")
    };
    // `cl` for `d`, `li` for `h`, `rn` for `m`, and letters that look somewhat alike.
    check(&field("Order date"), "Orcler date 5\n", &["5"]);
    check(&field("Chargeable hours"), "Cliargeable hours 5\n", &["5"]);
    check(&field("Member number"), "Mernber nurnber 5\n", &["5"]);
    check(&field("Engine"), "Fngjne 5\n", &[]);
    check(&field("Engine"), "Cngjne 5\n", &["5"]);
    check(&field("Date"), "Rats 5\n", &[]);
    check(&field("Part 2"), "Part 3 5\n", &[]);
    check(&field("Part 2"), "Part 22 5\n", &[]);
    check(&field("Part 2"), "Part Z 5\n", &["5"]);
}

#[test]
fn what_the_recognizer_was_sure_of_is_no_other_letter() {
    let field = "[fields.value]\ntype = \"integer\"\nlabel = \"Engine\"\n";
    let model = super::model("page", field);
    let found = |confidence: f32| {
        let mut page = super::draw("Cngjne 5\n");
        page.lines[0].words[0].confidence = confidence;
        let records = super::page(&model, super::PageNumber::FIRST, &page).unwrap();
        records.first().map_or(0, |record| record.fields[0].candidates.len())
    };
    assert_eq!((found(70.0), found(99.0)), (1, 0));
}

#[test]
fn a_number_never_stands_for_letters_of_a_label() {
    let field =
        |label: &str| format!("type = \"money\"\nlabel = \"{label}\"\nvalue = {{ right = true }}");
    check(&field("VAT No"), "VAT 20 % 96.00\n", &[]);
    check(&field("VAT No"), "VAT 0 % 96.00\n", &[]);
    check(&field("Tax ID"), "Tax 10 96.00\n", &[]);
    // In a word with letters a digit may be a misread one.
    check(&field("VAT No"), "VAT N0 96.00\n", &["96.00"]);
    check(&field("Total"), "T0TA1 96.00\n", &["96.00"]);
}

#[test]
fn a_pattern_does_not_cut_the_sign_or_the_thousands_of_a_number() {
    let field = "type = \"money\"\nlabel = \"Total\"\nvalue = { right = true }\n\
        pattern = '(\\d{1,3}[.,]\\d\\d)(?:$|\\D)'";
    check(field, "Total -47.28\n", &["-47.28"]);
    check(field, "Total 1 234,50\n", &["1 234,50"]);
    check(field, "Total (RM 47.28)\n", &["(RM 47.28)"]);
    check(field, "Total 47.28- CASH\n", &["47.28-"]);
}

#[test]
fn a_date_may_run_over_two_lines() {
    let field = "type = \"date\"\nlabel = \"Issued\"\nvalue = { cell = \"12mm\" }";
    check(field, "Issued 17 August\n       2023\n", &["17 August\n2023"]);
    check(field, "Issued 3/4/78\n       Oban\n", &["3/4/78", "Oban"]);
}

#[test]
fn what_is_below_a_label_may_end_at_several_things() {
    let field = "type = \"text\"\nlabel = \"Name\"\n\
        value = { below = \"40mm\", until = { rule = true, gap = 2.0, labels = [\"Phone\"] } }";
    check(field, "Name\nMill\n--------\nSons\n", &["Mill"]);
    check(field, "Name\nMill\nPhone 12\n", &["Mill"]);
    check(field, "Name\nMill\n\n\nSons\n", &["Mill"]);
}

#[test]
fn a_box_holds_what_stands_in_it_besides_its_label() {
    let field = "type = \"text\"\nlabel = \"Owner\"\nvalue = { box = true }";
    let page = "-------------------------\n\
                |  2. Owner   |  Date   |\n\
                |  Mill and   |  1978   |\n\
                |  Sons       |         |\n\
                -------------------------\n\
                |  Remarks    |         |\n";
    check(field, page, &["Mill and\nSons", "Mill and"]);
    let one = "type = \"text\"\nlabel = \"Owner\"\nvalue = { box = true, lines = 1 }";
    check(one, page, &["Mill and"]);
    check(field, "Owner\nMill and\n", &[]);
    let beside = "type = \"integer\"\nlabel = \"Date\"\nvalue = { box = true }";
    check(beside, page, &["1978"]);
}

#[test]
fn a_field_that_repeats_has_all_values_of_its_first_place() {
    let phone = "type = \"text\"\nrepeat = true\nlabel = \"Phone\"\nvalue = [{ right = true }, { below = \"8mm\" }]";
    check(phone, "Phone: 12 345      12 346\nFax: 99\nPhone 777\n", &["12 345", "12 346", "777"]);
    check(phone, "Phone 12 Phone 13\n", &["12", "13"]);
    check(phone, "Phone\n12 345\n12 346\n", &["12 345", "12 346"]);
    let amount = "type = \"money\"\nrepeat = true\npattern = '\\d+\\.\\d\\d'";
    check(amount, "Tea 5.00\nCake 12.50 and 3.00\n", &["5.00", "12.50", "3.00"]);
}

#[test]
fn a_caption_hides_a_label_only_if_it_was_read_as_well() {
    let field = "type = \"money\"\nlabel = \"Total incl. VAT\"\nexclude = [\"Total excl. VAT\"]\nvalue = { right = true }";
    check(field, "Total excl. VAT 10.00\nTotal incl. VAT 12.00\n", &["12.00"]);
}

#[test]
fn the_words_of_a_label_bound_no_column() {
    let field = "type = \"text\"\nlabel = [\"Facture\", \"No de facture\"]\nvalue = { below = \"12mm\", lines = 1 }";
    check(field, "No de facture          Date\nRE-2024-8047           5\n", &["RE-2024-8047"]);
}

#[test]
fn what_ends_left_of_a_label_is_not_below_it() {
    let field = "type = \"text\"\nlabel = \"Number\"\nvalue = { below = \"12mm\", lines = 1 }";
    check(field, "                    Number\n12 Low Lane\n                    4711\n", &["4711"]);
}

#[test]
fn a_match_without_a_group_is_known_to_be_no_value() {
    let field = "type = \"money\"\nlabel = \"VAT\"\nvalue = { right = true }\npattern = '\\d+\\s?%|(\\d+\\.\\d\\d)'";
    check(field, "VAT 19 % 12.50\n", &["12.50"]);
}

#[test]
fn values_in_rows_of_different_percentages_are_added_up_unless_their_sum_is_printed() {
    let field = "type = \"money\"\nlabel = [\"VAT\", \"Total VAT\"]\nvalue = { right = true }\nchoose = \"by_rate\"\n\
                 pattern = '\\d+\\s?%|(\\d+\\.\\d\\d)'";
    check(field, "VAT 20%      1200.00\nVAT 5%       34.50\n", &["1234.50"]);
    check(
        field,
        "VAT 20%      12.00\nVAT 5%       3.00\nTotal VAT    15.00\n",
        &["15.00", "3.00", "12.00"],
    );
    check(field, "VAT 20%      12.00\n", &["12.00"]);
}

#[test]
fn a_label_takes_no_head_of_a_value() {
    let field =
        "type = \"text\"\nlabel = [\"Facture n\", \"Facture nr\"]\nvalue = { right = true }";
    check(field, "Facture n. RE-2024-4453\n", &["RE-2024-4453"]);
}
