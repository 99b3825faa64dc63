print("rlx")
